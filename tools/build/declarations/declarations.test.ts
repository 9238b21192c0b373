import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type TS from 'typescript';
import { ts } from '../typescript.ts';
import { describe, expect, test } from 'vitest';
import { build } from '../build.ts';
import { firmwareRoot } from '../project.ts';
import { TestProject } from '../test-project.ts';

interface Name {
  kind: string;
  /** Compiled in only with this setting of the firmware. */
  only_if?: string;
}
interface Api {
  modules: Record<string, { fields: Record<string, Name>; objects: Record<string, Record<string, Name>> }>;
}

const api = JSON.parse(readFileSync(fileURLToPath(new URL('nodemcu-api.json', import.meta.url)), 'utf8')) as Api;

/** The interface that declares the methods of an object which a module makes. */
const interfaces: Record<string, string> = {
  'file.obj': 'File',
  'file.vol': 'Volume',
  'gpio.pulse': 'PulseProgram',
  'mqtt.socket': 'Socket',
  NET_TABLE_TCP_SERVER: 'Server',
  NET_TABLE_TCP_CLIENT: 'Socket',
  NET_TABLE_UDP_SOCKET: 'UdpSocket',
  'tmr.timer': 'Timer',
};

/** Names that the declarations leave out on purpose: all members of these tables and objects, or single names. */
const leftOut: Record<string, { names: RegExp; because: string }> = {
  file: {
    names: /^(mount|chdir|umount|fscfg|on|close|write|writeline|read|readline|seek|flush)$/,
    because: 'SD cards and their clock, and the one file that old releases kept open, which objects replace',
  },
  wifi: {
    names: /^(startsmart|stopsmart|monitor|eventmon\.(EVENT_MAX|reason\.))/,
    because: 'smart configuration and frames of others, which are not compiled in; a count; reasons are one record',
  },
  gpio: { names: /^pulse/, because: 'waveforms, which are not compiled in by default' },
  net: { names: /^cert/, because: 'TLS, which is not compiled in by default' },
  node: {
    names: /^(flashreload|flashindex|osprint)$/,
    because: 'old names of LFS.reload and LFS.get, and a tool of developers',
  },
};

const declared = declaredNames();

test('every module of the default selection has its declarations', () => {
  const files = readdirSync(`${firmwareRoot}nodemcu`).map((name) => name.replace('.d.ts', ''));
  const selection = 'adc bit dht file gpio i2c mqtt net node ow spi tmr uart wifi'.split(' ');
  expect(files).toEqual(expect.arrayContaining(selection));
  for (const module of files) if (module !== 'index') expect(Object.keys(api.modules)).toContain(module);
});

describe.each(Object.keys(api.modules).filter((module) => declared.namespaces.has(module)))('%s', (module) => {
  const { fields, objects } = api.modules[module] ?? { fields: {}, objects: {} };

  test('declares nothing that the firmware does not register', () => {
    const known = new Set(Object.keys(fields));
    expect([...(declared.namespaces.get(module) ?? [])].filter((name) => !known.has(name))).toEqual([]);
    for (const [object, methods] of Object.entries(objects)) {
      const names = declared.interfaces.get(`${module}.${interfaces[object]}`) ?? [];
      expect([...names].filter((name) => !(name in methods))).toEqual([]);
    }
  });

  test('declares everything that the firmware registers, but for what is left out with a reason', () => {
    const isExpected = (name: string, { only_if }: Name): boolean => !only_if && !leftOut[module]?.names.test(name);
    const names = declared.namespaces.get(module) ?? new Set();
    const missing = Object.entries(fields).filter(([name, kind]) => isExpected(name, kind) && !names.has(name));
    expect(missing.map(([name]) => name)).toEqual([]);
    for (const [object, methods] of Object.entries(objects)) {
      const own = declared.interfaces.get(`${module}.${interfaces[object]}`) ?? new Set();
      const lacking = Object.entries(methods).filter(([name, kind]) => isExpected(name, kind) && !own.has(name));
      if (own.size > 0) expect(lacking.map(([name]) => name)).toEqual([]);
    }
  });
});

test("the field's classic mistakes are type errors", async () => {
  const project = new TestProject({
    'main.ts': `
      const server = net.createServer();
      server.listen(80, (socket) => {
        socket.on('receive', (sk, data) => sk.send(data));
        // @ts-expect-error an event that does not exist
        socket.on('data', () => undefined);
        // @ts-expect-error the text comes second
        socket.on('receive', (data: string) => print(data));
        // @ts-expect-error a number is no text
        socket.send(5);
      });
      // @ts-expect-error TCP is not a number of seconds
      net.createServer(net.TCP, 30);
      // @ts-expect-error there is no pin 13
      gpio.write(13, gpio.HIGH);
      // @ts-expect-error a level is 0 or 1
      gpio.write(4, 2);
      // @ts-expect-error a level is no mode
      gpio.mode(4, gpio.HIGH);
      // @ts-expect-error D0 has no interrupts
      gpio.trig(0, 'up', () => undefined);
      // @ts-expect-error a timer needs its mode
      tmr.create().alarm(100, () => undefined);
      // @ts-expect-error a direction is no speed
      i2c.setup(0, 1, 2, i2c.RECEIVER);
      // @ts-expect-error DHT sensors do not work on D0
      dht.read(0);
      // @ts-expect-error an event that does not exist
      mqtt.Client('id', 60).on('disconnect', () => undefined);
      export {};`,
  });
  try {
    const built = build({ project: project.folder, outDir: project.outDir, measure: false });
    await expect(built).resolves.toBeDefined();
  } finally {
    project.remove();
  }
});

/** Names of values in each global namespace (nested ones with dots) and of the members of its interfaces. */
function declaredNames(): { namespaces: Map<string, Set<string>>; interfaces: Map<string, Set<string>> } {
  const namespaces = new Map<string, Set<string>>();
  const found = new Map<string, Set<string>>();
  const program = ts.createProgram([`${firmwareRoot}nodemcu/index.d.ts`], { noLib: true, types: [] });
  // Binding sets the parents that getText needs.
  program.getTypeChecker();
  const visit = (body: TS.ModuleBlock, module: string, prefix: string): void => {
    const names = namespaces.get(module) ?? new Set();
    namespaces.set(module, names);
    for (const statement of body.statements) {
      if (ts.isFunctionDeclaration(statement) && statement.name) names.add(prefix + statement.name.text);
      else if (ts.isVariableStatement(statement)) {
        for (const { name } of statement.declarationList.declarations) names.add(prefix + name.getText());
      } else if (ts.isModuleDeclaration(statement) && statement.body && ts.isModuleBlock(statement.body)) {
        names.add(prefix + statement.name.text);
        visit(statement.body, module, `${prefix}${statement.name.text}.`);
      } else if (ts.isInterfaceDeclaration(statement)) {
        const methods = statement.members.filter(ts.isMethodSignature).map((member) => member.name.getText());
        found.set(`${module}.${statement.name.text}`, new Set(methods));
      }
    }
  };
  for (const file of program.getSourceFiles()) {
    for (const statement of file.statements) {
      if (!ts.isModuleDeclaration(statement) || !statement.body || !ts.isModuleBlock(statement.body)) continue;
      visit(statement.body, statement.name.text, '');
    }
  }
  return { namespaces, interfaces: found };
}
