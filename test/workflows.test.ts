import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

interface Step {
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
}

interface Workflow {
  on: Record<string, unknown>;
  permissions?: Record<string, string>;
  concurrency?: { group: string };
  jobs: Record<
    string,
    {
      'timeout-minutes'?: number;
      permissions?: Record<string, string>;
      strategy?: { matrix: Record<string, unknown[]> };
      steps: Step[];
    }
  >;
}

const PROJECT = resolve(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(PROJECT, path), 'utf8');
/** Reads YAML with Serverless's reader, the only YAML parser among the dependencies. */
const readYaml = async <Content>(path: string): Promise<Content> =>
  createRequire(import.meta.url)('serverless/lib/configuration/read.js')(join(PROJECT, path));

const FOLDER = '.github/workflows';
const workflows = await Promise.all(
  readdirSync(join(PROJECT, FOLDER)).map(async (name) => {
    const path = join(FOLDER, name);
    const workflow = await readYaml<Workflow>(path);
    const jobs = Object.values(workflow.jobs);
    return { name, text: read(path), workflow, jobs, steps: jobs.flatMap(({ steps }) => steps) };
  }),
);
const workflowNamed = (name: string) => {
  const found = workflows.find((each) => each.name === name);
  if (!found) throw new Error(`${FOLDER}/${name} is missing`);
  return found;
};
const commandsOf = (steps: readonly Step[]): string[] => steps.flatMap(({ run }) => run ?? []);

/** Commands of README's examples and .ci/run, without comments. */
const documented = [
  ...[...read('README.md').matchAll(/^```sh\n(.*?)^```/gms)].flatMap(([, block = '']) => block.split('\n')),
  ...read('.ci/run').split('\n'),
].map((line) => line.replace(/\s+#.*/, '').trim());

/** Returns whether a command is a documented one or its beginning, with any stage. */
function isDocumented(command: string): boolean {
  const said = command.replace('--stage "$STAGE"', '--stage dev');
  return documented.some((line) => line === said || line.startsWith(`${said} `));
}

describe('isDocumented', () => {
  it('accepts only commands of README or .ci/run and their beginnings', () => {
    expect(isDocumented('npm ci')).toBe(true);
    expect(isDocumented('npm start -- --count 10000 --exit')).toBe(true);
    expect(isDocumented('npm run deploy -- --stage "$STAGE"')).toBe(true);
    expect(isDocumented('npm run deploy -- --stage "$STAGE" --force')).toBe(false);
    expect(isDocumented('npm run che')).toBe(false);
    expect(isDocumented('npm publish')).toBe(false);
  });
});

describe.each(workflows)('the workflow $name', ({ text, workflow, jobs, steps }) => {
  it('runs only commands of README and .ci/run', () => {
    expect(commandsOf(steps).length).toBeGreaterThan(0);
    expect(commandsOf(steps).filter((command) => !isDocumented(command))).toEqual([]);
  });

  it('puts no GitHub expression into the text of a command', () => {
    expect(commandsOf(steps).filter((command) => command.includes('${{'))).toEqual([]);
  });

  it('has only read permission for the repository by default', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' });
  });

  it('stores no secret and no key', () => {
    expect(text).not.toMatch(/secrets\.|aws[_-]access[_-]key|aws[_-]secret|AKIA|password/i);
  });

  it("does not expose the repository's token to its commands", () => {
    const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'));
    expect(checkouts.map((step) => step.with)).toEqual([{ 'persist-credentials': false }]);
  });

  it('uses only actions of GitHub and AWS, pinned to a major version', () => {
    const actions = steps.flatMap(({ uses }) => uses ?? []);
    const known = /^(actions\/checkout|actions\/setup-node|aws-actions\/configure-aws-credentials)@v\d+$/;
    expect(actions.length).toBeGreaterThan(0);
    expect(actions.filter((action) => !known.test(action))).toEqual([]);
  });

  it('has a concurrency group, and a time limit for each job', () => {
    expect(workflow.concurrency?.group).toMatch(/\$\{\{ .+ \}\}$/);
    expect(jobs.map((job) => job['timeout-minutes'])).toEqual(jobs.map(() => expect.any(Number)));
  });
});

describe('the workflow ci.yml', () => {
  const { workflow, jobs, steps } = workflowNamed('ci.yml');

  it('runs for pushes and pull requests, on Linux and macOS, with the oldest Node version and that of the functions', () => {
    expect(Object.keys(workflow.on)).toEqual(['push', 'pull_request']);
    expect(jobs.map(({ strategy }) => strategy?.matrix)).toEqual([
      { os: ['ubuntu-latest', 'macos-latest'], node: [20, 24] },
    ]);
    expect(JSON.parse(read('package.json')).engines.node).toBe('>=20');
  });

  it('runs the npm commands of .ci/run, in the same order', () => {
    const ofCi = read('.ci/run').match(/^npm .*/gm) ?? [];
    const commands = commandsOf(steps);
    expect(commands).toHaveLength(ofCi.length);
    for (const [index, command] of commands.entries())
      expect(`${ofCi[index]} `.startsWith(`${command} `), `${ofCi[index]} as ${command}`).toBe(true);
  });

  it('gives no job additional permissions', () => {
    expect(jobs.filter(({ permissions }) => permissions)).toEqual([]);
  });
});

describe('the workflow deploy.yml', () => {
  const { workflow, jobs, steps } = workflowNamed('deploy.yml');

  it('is started manually with a stage', () => {
    expect(workflow.on).toEqual({
      workflow_dispatch: { inputs: { stage: expect.objectContaining({ type: 'string', required: true }) } },
    });
  });

  it('exchanges a GitHub token for AWS credentials right before the deployment', () => {
    expect(jobs.map(({ permissions }) => permissions)).toEqual([{ contents: 'read', 'id-token': 'write' }]);
    const credentials = steps.findIndex(({ uses }) => uses?.startsWith('aws-actions/'));
    expect(steps[credentials]?.with).toMatchObject({
      'role-to-assume': expect.stringMatching(/^\$\{\{ vars\.DEPLOY_ROLE_ARN \}\}$/),
    });
    expect(commandsOf(steps.slice(credentials))).toEqual(['npm run deploy -- --stage "$STAGE"']);
  });
});

describe('the files for contributors', () => {
  it('use the Node version of the functions', async () => {
    const { provider } = await readYaml<{ provider: { runtime: string } }>('serverless.yml');
    expect(provider.runtime).toBe(`nodejs${read('.nvmrc').trim()}.x`);
  });

  it('let Dependabot update all three packages of the project', async () => {
    const { updates } = await readYaml<{ updates: { directories?: string[] }[] }>('.github/dependabot.yml');
    const folders = updates.flatMap(({ directories = [] }) => directories);
    expect(folders).toEqual(['/', '/test/browser', '/test/mutation']);
    expect(folders.filter((folder) => !existsSync(join(PROJECT, folder, 'package-lock.json')))).toEqual([]);
  });

  it('start existing programs', () => {
    const { configurations } = JSON.parse(read('.vscode/launch.json')) as {
      configurations: { program: string; runtimeExecutable: string }[];
    };
    const files = configurations
      .flatMap(({ program, runtimeExecutable }) => [program, runtimeExecutable])
      .map((file) => file.replace(/^\$\{workspaceFolder\}\//, ''));
    expect(files).toContain('worker/main.ts');
    expect(files.filter((file) => !existsSync(join(PROJECT, file)))).toEqual([]);
  });

  it.each(['CONTRIBUTING.md', 'SECURITY.md'])('link to existing pages: %s', (page) => {
    const links = [...read(page).matchAll(/\]\(([^):#]+)[^)]*\)/g)].map(([, path = '']) => path);
    expect(links.length).toBeGreaterThan(0);
    expect(links.filter((path) => !existsSync(join(PROJECT, path)))).toEqual([]);
  });
});
