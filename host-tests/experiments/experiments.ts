import type { Experiment } from './experiment.ts';
import { lab1 } from './lab1.ts';
import { lab2 } from './lab2.ts';
import { lab3 } from './lab3.ts';
import { lab4 } from './lab4.ts';

/** Every row of the table, in the order of the texts. */
export const allExperiments = (): Experiment[] => [...lab1(), ...lab2(), ...lab3(), ...lab4()];
