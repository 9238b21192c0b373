#!/usr/bin/env node
import { start } from './start.js';

const [verb = ''] = process.argv.slice(2);
const isWork = /^[a-z]+$/.test(verb) && !process.argv.includes('--help');
await start(new URL('./main.ts', import.meta.url), isWork ? verb : 'help');
