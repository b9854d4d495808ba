import { test } from 'node:test';
import { staysFlat } from '../flat-memory-check.mjs';

test('100,000 rows with the built-in judge in constant memory', () => staysFlat(100_000));
