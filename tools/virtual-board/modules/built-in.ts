import type { ErrorReporter } from '../error-reporter.ts';
import type { LuaModule } from '../lua/library.ts';
import type { Repl } from '../repl.ts';
import { fileModule } from './file.ts';
import { gpioModule } from './gpio.ts';
import type { ModuleHost } from './host.ts';
import { nodeModule } from './node.ts';
import { tmrModule } from './tmr.ts';
import { uartModule } from './uart.ts';

/** The modules of every virtual board but those of the network side. */
export function builtInModules(host: ModuleHost, repl: Repl, errors: ErrorReporter): LuaModule[] {
  return [nodeModule(host, repl, errors), tmrModule(host), fileModule(host), gpioModule(host), uartModule(host, repl)];
}
