#!/usr/bin/env node
// The tools are TypeScript, here as in an installed package; tsx makes Node read it.
import { register } from 'tsx/esm/api';

register();
await import(new URL('./main.ts', import.meta.url).href);
