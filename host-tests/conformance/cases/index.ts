import type { Case } from '../case.ts';
import { bodyCases } from './body.ts';
import { connectionCases } from './connection.ts';
import { fieldCases } from './fields.ts';
import { methodCases } from './methods.ts';
import { requestLineCases } from './request-line.ts';
import { targetCases } from './target.ts';

/** Every case, in the order in which they run. */
export const cases: readonly Case[] = [
  ...requestLineCases,
  ...targetCases,
  ...fieldCases,
  ...bodyCases,
  ...methodCases,
  ...connectionCases,
];
