// Runs a program, given by name and arguments, until its own standard input ends, however its owner ends: a program that
// hears nothing on the wire would never notice that nobody reads it any more. (Linux forgets a parent-death signal when
// a file has capabilities.) Ends as the program does; with 127, as a shell would, when there is no such program.
import { spawn } from 'node:child_process';

const [name = '', ...words] = process.argv.slice(2);
const program = spawn(name, words, { stdio: ['ignore', 'inherit', 'inherit'] });
program.on('error', (error) => {
  console.error(`${name}: ${error.message}`);
  process.exit(127);
});
program.on('exit', (code) => process.exit(code ?? 1));
process.stdin.on('close', () => program.kill('SIGTERM'));
process.stdin.resume();
