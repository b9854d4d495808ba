import { test } from 'node:test';
import { staysFlat } from '../flat-memory-check.mjs';

test('20,000 rows need no more memory than 2,000', () => staysFlat(20_000));
