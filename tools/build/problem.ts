import path from 'node:path';
import type TS from 'typescript';
import { ExitCode, UserError } from '../cli/exit.ts';

/** One thing that keeps a project from being built, and what to do about it. */
export interface Problem {
  /** Path as the user would type it, relative to the working directory; absent when no file is to blame. */
  file?: string;
  /** From 1. */
  line?: number;
  column?: number;
  message: string;
  cure: string;
}

/** A build that failed; its message lists every problem. The output of the previous build is untouched. */
export class BuildError extends UserError {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    // A single cure stands at the end.
    const listed = problems.slice(0, 20).map((problem) => describeProblem(problem, problems.length > 1));
    if (problems.length > listed.length) listed.push(`... and ${problems.length - listed.length} more`);
    super(`the firmware does not build\n${listed.join('\n')}`, commonCure(problems), ExitCode.failed);
    this.problems = problems;
  }
}

function describeProblem(problem: Problem, withCure: boolean): string {
  const place = problem.file ? `${problem.file}:${problem.line ?? 1}:${problem.column ?? 1} ` : '';
  return `  ${place}${problem.message}${withCure ? `\n      cure: ${problem.cure}` : ''}`;
}

/** Where a node starts, as the file, line and column of a Problem. */
export function placeOf(sourceFile: TS.SourceFile, position: number): Pick<Problem, 'file' | 'line' | 'column'> {
  const { line, character } = sourceFile.getLineAndCharacterOfPosition(position);
  return { file: relativePath(sourceFile.fileName), line: line + 1, column: character + 1 };
}

export function relativePath(file: string): string {
  const relative = path.relative(process.cwd(), file);
  return relative.startsWith('../../') ? file : relative;
}

function commonCure(problems: readonly Problem[]): string {
  return problems.length === 1
    ? (problems[0]?.cure ?? 'see above')
    : 'mend them from the top: later ones often follow from earlier ones. The previous build is untouched.';
}
