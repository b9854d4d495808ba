import { expose } from 'comlink';
import './transfer.js';
import { Engine } from './engine.js';
import { browserLoader } from './loader-browser.js';

// The page passes the folder of the files, where it is not the worker's own, in the worker's name.
const base = self.name.startsWith('attune ') ? self.name.slice('attune '.length) : undefined;

expose(new Engine(browserLoader(base)));
