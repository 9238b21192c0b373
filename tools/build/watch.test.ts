import { EventEmitter, once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { type BuildResult, Builder } from './build.ts';
import { BuildError } from './problem.ts';
import { TestProject } from './test-project.ts';
import { watch } from './watch.ts';

const project = new TestProject({ 'main.ts': "import './part.ts';\n", 'part.ts': "print('one');\nexport {};\n" });
const end = new AbortController();
afterEach(() => project.remove());

test('a watched project is built at the start and after every change, however soon it follows the last', async () => {
  const builder = new Builder({ project: project.folder, outDir: project.outDir, measure: false });
  const events = new EventEmitter();
  const watching = watch(
    builder,
    (result) => events.emit('result', result),
    (error) => events.emit('failure', error),
    end.signal,
  );
  await once(events, 'result');
  project.write('part.ts', "print('two');\nexport {};\n");
  const [second] = (await once(events, 'result')) as [BuildResult];
  expect(second.changed).toContain('main.lc');
  project.write('part.ts', 'print(missing);\nexport {};\n');
  const [failure] = (await once(events, 'failure')) as [unknown];
  expect(failure).toBeInstanceOf(BuildError);
  project.write('part.ts', "print('three');\nexport {};\n");
  const [third] = (await once(events, 'result')) as [BuildResult];
  expect(third.changed).toContain('main.lc');
  end.abort();
  await watching;
});
