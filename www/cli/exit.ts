/** Exit code for input that cannot be read or understood. */
export const BAD_INPUT = 1;
/** Exit code for a command line that is wrong. */
export const USAGE = 2;
