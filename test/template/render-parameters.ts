import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { QUEUES, type Queue, type Setting } from '../../topology.ts';

const require = createRequire(import.meta.url);
const SERVERLESS_YML = resolve(import.meta.dirname, '../../serverless.yml');

/** A stage parameter under `params.default` of serverless.yml. */
export interface StageParameter {
  name: string;
  /** The heading of its group. */
  group: string;
  /** Sentences from the rows of topology.ts that name it, then from the comment above it. */
  words: string;
  default: unknown;
  /** Its value in stage `local`; default: the same. */
  local?: unknown;
}

/** Reads the stage parameters, in the order of serverless.yml. */
export async function readStageParameters(): Promise<StageParameter[]> {
  const { params } = await require('serverless/lib/configuration/read.js')(SERVERLESS_YML);
  const comments = readComments(readFileSync(SERVERLESS_YML, 'utf8'));
  return Object.entries<unknown>(params.default).map(([name, value]) => {
    const { group = '', comment = '' } = comments.get(name) ?? {};
    const words = [...settingSentences(name), comment].filter(Boolean).join(' ');
    return {
      name,
      group,
      words,
      default: value,
      ...(name in params.local && { local: params.local[name] }),
    };
  });
}

/** The comment directly above each parameter, and the `## heading` above it. */
function readComments(yaml: string): Map<string, { group: string; comment: string }> {
  const [, block = ''] = /^params:\n {2}default:\n((?: {4}.*\n|\n)*)/m.exec(yaml) ?? [];
  const comments = new Map<string, { group: string; comment: string }>();
  let group = '';
  let lines: string[] = [];
  for (const line of block.split('\n')) {
    const [, heading] = /^ {4}# ## (.*)$/.exec(line) ?? [];
    const [, text] = /^ {4}# (.*)$/.exec(line) ?? [];
    const [, name] = /^ {4}(\w+):/.exec(line) ?? [];
    if (name) comments.set(name, { group, comment: lines.join(' ') });
    if (heading) group = heading;
    lines = text && !heading ? [...lines, text] : [];
  }
  return comments;
}

/** Sentences about the settings of queues that a parameter sets. */
function settingSentences(parameter: string): string[] {
  return QUEUES.flatMap((queue) =>
    SENTENCES.flatMap(([setting, say]) => {
      const value: Setting = queue[setting];
      if (typeof value === 'number' || value.parameter !== parameter) return [];
      const [least, most] = [value.least, value.most].map((limit) => limit.toLocaleString('en-US'));
      return [`${say(queue)}, ${least} to ${most}.`];
    }),
  );
}

const SENTENCES: ['concurrency' | 'batchSize' | 'batchingWindow' | 'ageAlarm', (queue: Queue) => string][] = [
  ['concurrency', ({ name, consumer }) => `Concurrent invocations of \`${consumer}\` on the ${name} queue`],
  ['batchSize', ({ name, consumer }) => `Messages of a batch of \`${consumer}\` from the ${name} queue`],
  ['batchingWindow', ({ consumer }) => `Seconds that a batch of \`${consumer}\` waits to fill`],
  [
    'ageAlarm',
    ({ name }) => `Age of the oldest message in the ${name} queue, in seconds, that sets off its alarm`,
  ],
];

/** Renders docs/parameters.md. */
export function renderParametersPage(parameters: readonly StageParameter[]): string {
  const groups = [...new Set(parameters.map(({ group }) => group))];
  const sections = groups.map((group) => {
    const rows = parameters.filter((parameter) => parameter.group === group).map(renderRow);
    return `## ${group}\n\n| parameter | default | |\n|---|---|---|\n${rows.join('\n')}\n`;
  });
  return `${INTRODUCTION}\n${sections.join('\n')}`;
}

const INTRODUCTION = `# Stage parameters

<!-- Written by node test/template/write-parameters.ts from the comments in serverless.yml and the rows of topology.ts. -->

For those who deploy a stage and set what it has, how fast it goes and when it alarms.

\`\`\`sh
npm run deploy -- --stage dev --param="consumerConcurrency=25"
\`\`\`

\`--param\` counts for one deployment. To keep a value for a stage, write it under \`params:\` in \`serverless.yml\`, by the stage's name.
A value outside its range or choices is refused before anything is deployed. Stage \`local\` is the embedded cloud of \`npm start\`.
`;

function renderRow({ name, words, default: value, local }: StageParameter): string {
  const here = renderValue(value);
  const locally = renderValue(local);
  const values = [here, locally && `in \`local\` ${locally}`].filter(Boolean).join('; ');
  return `| \`${name}\` | ${values} | ${formatWords(words)} |`;
}

/** Returns nothing for a value that `--param` cannot set. */
function renderValue(value: unknown): string {
  if (value === '') return 'none';
  return typeof value === 'object' || value === undefined ? '' : `\`${value}\``;
}

/** Links the pages that a comment names by their paths from the project's root, and sets other paths and names in code. */
const formatWords = (words: string): string =>
  words
    .replaceAll(/\bdocs\/([\w-]+\.md)\b/g, '[$1]($1)')
    .replaceAll(/\b(?:resources|worker)\/[\w./-]*\w/g, '`$&`')
    .replaceAll(/\b(?:[a-z]+[A-Z]\w*|[a-z]+_[a-z]+)\b/g, '`$&`')
    .replaceAll('|', '\\|');
