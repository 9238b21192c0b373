import type { ErrorReporter } from '../error-reporter.ts';
import type { LuaModule } from '../lua/library.ts';
import type { Repl } from '../repl.ts';
import { adcModule } from './adc.ts';
import { bitModule } from './bit.ts';
import { cryptoModule } from './crypto.ts';
import { encoderModule } from './encoder.ts';
import { fileModule } from './file.ts';
import { pipeModule } from './pipe.ts';
import { pwmModule } from './pwm.ts';
import { rtctimeModule } from './rtctime.ts';
import { sjsonModule } from './sjson.ts';
import { structModule } from './struct.ts';
import { gpioModule } from './gpio.ts';
import type { ModuleHost } from './host.ts';
import { nodeModule } from './node.ts';
import { tmrModule } from './tmr.ts';
import { uartModule } from './uart.ts';

/** The modules of every virtual board but those of the network side. */
export function builtInModules(host: ModuleHost, repl: Repl, errors: ErrorReporter): LuaModule[] {
  const pipe = pipeModule(host);
  return [
    ...[
      nodeModule(host, repl, errors, pipe.create),
      tmrModule(host),
      fileModule(host),
      gpioModule(host),
      uartModule(host, repl),
    ],
    ...[
      bitModule(),
      encoderModule(host.profile.lua?.chars ?? 'unsigned'),
      structModule(),
      cryptoModule(host),
      pipe,
      sjsonModule(host),
    ],
    ...[adcModule(host), pwmModule(host), rtctimeModule(host)],
  ];
}
