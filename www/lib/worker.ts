import { expose } from 'comlink';
import { Engine } from './engine.js';
import { browserLoader } from './loader-browser.js';
import { sendErrorsWhole } from './transfer.js';

// The page passes the folder of the files, where it is not the worker's own, in the worker's name.
const base = self.name.startsWith('attune ') ? self.name.slice('attune '.length) : undefined;

sendErrorsWhole();
expose(new Engine(browserLoader(base)));
