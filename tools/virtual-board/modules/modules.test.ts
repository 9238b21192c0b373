import { describe, expect, it } from 'vitest';
import { boot } from './testing.ts';

/** What a chunk prints, as lines. */
function prints(chunk: string, afterMs = 0): string[] {
  const { run } = boot(`print('<<') ${chunk}\nprint('>>')`);
  const text = run(20 + afterMs);
  const [, inside = '', after = ''] = /<<\n([\s\S]*?)>>\n([\s\S]*)/.exec(text) ?? [];
  return `${inside}${after.replace(/^> /gm, '')}`.replace(/\n$/, '').split('\n');
}

describe('crypto', () => {
  it('digests as the standards say', () => {
    expect(prints(`print(encoder.toHex(crypto.hash('MD5', '')), encoder.toHex(crypto.sha1('abc')))`)).toEqual([
      'd41d8cd98f00b204e9800998ecf8427e\ta9993e364706816aba3e25717850c26c9cd0d89d',
    ]);
    // RFC 4231, test case 2
    expect(prints(`print(encoder.toHex(crypto.hmac('sha256', 'what do ya want for nothing?', 'Jefe')))`)).toEqual([
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    ]);
    expect(prints(`print(pcall(crypto.hash, 'CRC', 'x'))`)).toEqual(['false\tunknown hash mech']);
  });

  it('digests in pieces and from files', () => {
    const chunk = `local h = crypto.new_hash('SHA1') h:update('a') h:update('bc')
      file.putcontents('f', 'abc')
      print(h:finalize() == crypto.sha1('abc'), crypto.fhash('SHA1', 'f') == crypto.sha1('abc'))
      print(pcall(crypto.fhash, 'SHA1', 'missing'))`;
    expect(prints(chunk)).toEqual(['true\ttrue', 'false\tfile does not exist']);
  });

  it('encrypts with AES and gives back what it was given, padded to blocks', () => {
    // FIPS 197, appendix B
    const chunk = `local key = encoder.fromHex('2b7e151628aed2a6abf7158809cf4f3c')
      local text = encoder.fromHex('3243f6a8885a308d313198a2e0370734')
      print(encoder.toHex(crypto.encrypt('AES-ECB', key, text)))
      local cbc = crypto.encrypt('AES-CBC', key, 'seventeen bytes..', 'iv')
      print(#cbc, (crypto.decrypt('AES-CBC', key, cbc, 'iv'):gsub('%z', '.')))
      print(pcall(crypto.encrypt, 'DES', key, text))`;
    expect(prints(chunk)).toEqual([
      '3925841d02dc09fbdc118597196a0b32',
      '32\tseventeen bytes.................',
      'false\tunknown cipher: DES',
    ]);
  });
});

describe('pwm', () => {
  it('drives a pin high while its duty is not 0', () => {
    const { board, run } = boot('pwm.setup(4, 500, 512) pwm.start(4) print(pwm.getclock(4), pwm.getduty(4))');
    expect(run(20)).toContain('500\t512');
    expect(board.snapshot().pins).toEqual({ 2: 1 });
  });

  it('refuses D0, a seventh channel and a duty out of range', () => {
    expect(
      prints(`print(pcall(pwm.setup, 0, 100, 0)) print(pcall(pwm.setup, 1, 100, 1024))
      for pin = 1, 6 do pwm.setup(pin, 100, 0) end print(pcall(pwm.setup, 7, 100, 0))`),
    ).toEqual(['false\tno pwm for D0', 'false\twrong arg range', 'false\ttoo many pwms.']);
  });
});

describe('adc', () => {
  it('measures what the plugged-in model says', () => {
    const { run } = boot('print(adc.read(0), adc.readvdd33())', {
      sensors: { analog: () => 321, supplyMillivolts: () => 3000 },
    });
    expect(run(20)).toContain('321\t65535');
  });

  it('measures the supply after a boot in that mode', () => {
    const { run } = boot(`if adc.force_init_mode(adc.INIT_VDD33) then node.restart() else print(adc.readvdd33()) end`);
    expect(run(50)).toContain('3300');
  });
});

describe('rtctime', () => {
  it('keeps the time it was given, through a restart too', () => {
    const { run } = boot(`
      if rtctime.get() == 0 then rtctime.set(1700000000, 250000) node.restart() else print(rtctime.get()) end`);
    expect(run(500)).toMatch(/1700000000\t\d+\t0/);
  });

  it('turns seconds into a date', () => {
    expect(
      prints(`local t = rtctime.epoch2cal(951782400) print(t.year, t.mon, t.day, t.wday, t.yday, t.hour)`),
    ).toEqual(['2000\t2\t29\t3\t60\t0']);
  });

  it('sleeps and wakes by a reset', () => {
    const { run, events } = boot(
      `if ({node.bootreason()})[2] == 5 then print('awake') else rtctime.dsleep(2000000) end`,
    );
    expect(run(1900)).not.toContain('awake');
    expect(run(200)).toContain('awake');
    expect(events('reset')).toMatchObject([{ cause: 'power-on' }, { cause: 'deep-sleep' }]);
  });
});

describe('node', () => {
  it('hands what is printed to a function, and keeps it from the UART when told so', () => {
    const chunk = `node.output(function(p) file.putcontents('log', p:read(200)) return false end, 0)
      print('quiet') tmr.create():alarm(10, 0, function() node.output() print(file.getcontents('log')) end)`;
    const { run } = boot(chunk);
    expect(run(50)).toMatch(/SDK[^\n]*\n(> )?quiet\n/);
  });

  it('lets a task finish before it restarts', () => {
    const { run, events } = boot(`if ({node.bootreason()})[2] ~= 4 then node.restart() print('still here') end`);
    expect(run(100)).toContain('still here');
    expect(events('reset')).toHaveLength(2);
  });

  it('boots with the command that node.startup keeps', () => {
    const { run } = boot(
      `file.putcontents('other.lua', 'print("other")') node.startup({command = '@other.lua', banner = false}) node.restart()`,
    );
    expect(run(100)).toMatch(/other\n> $/);
  });
});

describe('modules that the virtual board lacks', () => {
  it('raise an error that names what was looked for', () => {
    expect(prints(`print(pcall(function() mqtt.Client('x') end))`)).toEqual([
      'false\tinit.lua:1: the virtual board has no mqtt.Client',
    ]);
  });
});

describe('the compiler', () => {
  it('refuses more than 50 local variables as the device does', () => {
    const locals = (count: number): string =>
      Array.from({ length: count }, (_, index) => `local v${index}=0`).join(' ');
    expect(prints(`print(loadstring('${locals(50)}') ~= nil) print(loadstring('${locals(51)}'))`)).toEqual([
      'true',
      'nil\t[string "local v0=0 local v1=0 local v2=0 local v3=0 local v4=0 local v5..."]:1: main function has more than 50 local variables',
    ]);
    expect(prints(`print(loadstring('do ${locals(40)} end do ${locals(40)} end') ~= nil)`)).toEqual(['true']);
  });

  it('keeps line numbers in errors of bytecode that has them, and has none for node.compile', () => {
    expect(
      prints(`file.putcontents('m.lua', '\\n\\nlocal t t.x = 1') node.compile('m.lua') print(pcall(dofile, 'm.lc'))
      local f = loadfile('m.lua') file.putcontents('n.lc', string.dump(f)) print(pcall(dofile, 'n.lc'))`),
    ).toEqual(['false\t?:0: attempt to index a nil value', 'false\tm.lua:3: attempt to index a nil value']);
  });

  it('says so when a file is no bytecode of the device', () => {
    expect(prints(`file.putcontents('b.lc', '\\27Lua?broken') print(loadfile('b.lc'))`)[0]).toMatch(
      /^nil\tb\.lc: .*in precompiled chunk$/,
    );
  });
});
