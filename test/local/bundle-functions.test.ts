import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { bundleFunctions } from '../../local/lambda/bundle-functions.ts';
import type { FunctionProperties } from '../../local/stack/stack-schema.ts';
import { createTestDirectory } from './create-test-directory.ts';

test('shared code is bundled once, and a changed module is bundled again', async () => {
  const project = await createTestDirectory();
  const output = join(project, 'built');
  const greeting = join(project, 'greeting.ts');
  await mkdir(join(project, 'handlers'));
  const properties = new Map<string, FunctionProperties>();
  for (const name of ['welcome', 'farewell']) {
    await writeFile(
      join(project, 'handlers', `${name}.ts`),
      `import { greet } from '../greeting.ts';\nexport const handler = (): string => greet('${name}');\n`,
    );
    properties.set(name, { handler: `handlers/${name}.handler` } as FunctionProperties);
  }

  const answers: string[] = [];
  for (const word of ['Hello', 'Good day']) {
    await writeFile(greeting, `export const greet = (name: string): string => \`${word}, \${name}\`;\n`);
    const code = await bundleFunctions(properties, project, output);
    const folder = dirname(code.get('welcome')?.file ?? '');
    const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.mjs'));
    const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
    expect(texts.filter((text) => text.includes(word))).toHaveLength(1);
    for (const { file, exportName } of code.values()) {
      const module = await import(`${pathToFileURL(file).href}?${word}`);
      answers.push(module[exportName]());
    }
  }
  expect(answers).toEqual(['Hello, welcome', 'Hello, farewell', 'Good day, welcome', 'Good day, farewell']);
});
