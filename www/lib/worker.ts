import { expose } from 'comlink';
import { Engine } from './engine.js';
import { browserLoader } from './loader-browser.js';
import { sendErrorsWhole } from './transfer.js';

sendErrorsWhole();
expose(new Engine(browserLoader()));
