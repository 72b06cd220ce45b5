import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { listSources } from '../../local/stack/list-sources.ts';
import { createTestDirectory } from './create-test-directory.ts';

const pathsOf = (directory: string) => [...listSources(directory).files.keys()].toSorted();

describe('listSources', () => {
  test('lists serverless.yml and the files that it refers to, directly or through others', async () => {
    const directory = await createTestDirectory();
    const files = {
      'serverless.yml': `
plugins:
  - serverless-esbuild
  - ./plugins/check.cjs
custom:
  sales: \${file(resources/sales.yml)}
  derived: \${file(plugins/derive.cjs)}
  local: \${file(\${env:SHOP_DIR, './.local'}/outputs.json), ''}
  stage: \${env:SHOP_STAGE}
  esbuild:
    config: ./esbuild.config.cjs
functions:
  greet:
    handler: handlers/greet.handler
`,
      'esbuild.config.cjs': '',
      'plugins/check.cjs': "require('./rules/stage');",
      'plugins/rules/stage.cjs': '',
      'plugins/derive.cjs': "const { ROWS } = require('../topology.ts');",
      'topology.ts':
        "import type { Field } from './lib/fields.ts';\nconst row = { definitions: 'resources/orders.yml' };",
      'resources/sales.yml': ['body: ', '{file(resources/boot.sh)}'].join('$'),
      'resources/orders.yml': '',
      'resources/boot.sh': '',
      'resources/unused.yml': '',
      'handlers/greet.ts': '',
      'lib/fields.ts': '',
    };
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(directory, path)), { recursive: true });
      await writeFile(join(directory, path), text);
    }
    expect(pathsOf(directory)).toEqual(
      Object.keys(files)
        .filter((path) => !/unused|^handlers|^lib/.test(path))
        .toSorted(),
    );
    expect(listSources(directory).variables).toEqual(['SHOP_DIR', 'SHOP_STAGE']);
  });

  test('lists all resources and plugins of this project, except those that never shape the template', () => {
    const paths = pathsOf(resolve(import.meta.dirname, '../..'));
    expect(paths).toEqual(
      expect.arrayContaining([
        'esbuild.config.cjs',
        'local/stack/read-stack.ts',
        'local/stack/stack-schema.ts',
        'plugins/parameters/derive-fleet.cjs',
        'plugins/stack-outputs.cjs',
        'plugins/trim-roles.cjs',
        'resources/consumers.cjs',
        'resources/monitoring/alarms.cjs',
        'resources/queues.cjs',
        'resources/shipping-database.yml',
        'resources/worker-boot.sh',
        'serverless.yml',
        'topology.ts',
      ]),
    );
    expect(paths.filter((path) => /^(handlers|lib|worker|node_modules)\//.test(path))).toEqual([]);
  });
});
