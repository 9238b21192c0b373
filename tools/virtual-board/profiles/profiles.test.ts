import { expect, it } from 'vitest';
import { UserError } from '../../cli/exit.ts';
import { findProfile, profileNames } from './index.ts';

it('finds every profile under its own name', () => {
  for (const name of profileNames()) expect(findProfile(name).name).toBe(name);
});

it('changes settings of any section by name and leaves the original alone', () => {
  const changed = findProfile('nodemcu-2016,killsOldestAt=0,strayResetOffset=0,timeWaitMs=10000,nagle=true');
  expect(changed.net.quirks.killsOldestAt).toBe(0);
  expect(changed.tcp.quirks.strayResetOffset).toBe(0);
  expect(changed.tcp.timeWaitMs).toBe(10_000);
  expect(changed.tcp.nagle).toBe(true);
  expect(findProfile('nodemcu-2016').net.quirks.killsOldestAt).toBe(5);
});

it.each(['nodemcu-9', 'nodemcu-3.0,nonsense=1', 'nodemcu-3.0,nagle=7', 'nodemcu-3.0,mss=many', 'nodemcu-3.0,mss'])(
  'refuses "%s" with a cure',
  (description) => {
    expect(() => findProfile(description)).toThrow(UserError);
  },
);

it('has no quirk switched on in the correct profile', () => {
  const { tcp, net } = findProfile('correct');
  for (const value of Object.values({ ...tcp.quirks, ...net.quirks })) expect(value || false).toBe(false);
});
