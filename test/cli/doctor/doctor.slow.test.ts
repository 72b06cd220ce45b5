import { beforeAll, describe, expect, it } from 'vitest';
import { type Examination, examine, RULES } from '../../../cli/doctor/examine.ts';
import { deadLetterQueues } from '../../../cli/template/queues.ts';
import type { Template } from '../../../cli/template/template.ts';
import { packageStack } from '../../run-serverless.ts';
import { FLEETS } from '../../template/parameter-sets.ts';
import { addResource, setProperty } from './broken.ts';
import { BROKEN_ACCESS, SOUND_ACCESS } from './broken-access.ts';
import { BROKEN_QUEUES, SOUND_QUEUES } from './broken-queues.ts';
import { BROKEN_STORAGE, SOUND_STORAGE } from './broken-storage.ts';

const BROKEN = [...BROKEN_QUEUES, ...BROKEN_ACCESS, ...BROKEN_STORAGE];
const SOUND = [...SOUND_QUEUES, ...SOUND_ACCESS, ...SOUND_STORAGE];

let packaged: Template;
let core: Template;
beforeAll(async () => {
  ({ template: packaged } = await packageStack('test'));
  ({ template: core } = await packageStack('test', 'shipping=off', 'sales=off'));
}, 240_000);

const findingsOf = ({ findings }: Examination) =>
  findings.map(({ rule, place, value }) => [rule, place, value]);
const rulesWithoutPlaces = ({ rules }: Examination) =>
  rules.filter(({ places }) => places === 0).map(({ id }) => id);

describe('the doctor', () => {
  it('finds nothing in the packaged template', () => {
    expect(findingsOf(examine(packaged))).toEqual([]);
  });

  it('finds nothing without shipping and sales', () => {
    expect(findingsOf(examine(core))).toEqual([]);
  });

  it.each(Object.entries(FLEETS))(
    'finds nothing in a packaged template (fleet: %s)',
    { timeout: 120_000 },
    async (_name, params) => {
      const { template } = await packageStack('test', ...params);
      expect(findingsOf(examine(template))).toEqual([]);
    },
  );

  it('checks at least one place per rule, except for databases in a template without any', () => {
    expect(rulesWithoutPlaces(examine(packaged))).toEqual([]);
    expect(rulesWithoutPlaces(examine(core))).toEqual(['database-connections']);
  });

  it('does not change the template', () => {
    const before = structuredClone(packaged);
    examine(packaged);
    expect(packaged).toEqual(before);
  });

  it('names an AWS page for each rule', () => {
    for (const { id, page } of RULES) {
      expect(page, id).toMatch(/^https:\/\/docs\.aws\.amazon\.com\/.+/);
    }
  });
});

/** Copies the template, with alarms, limits and destinations of this test, so that the changes refer to known values. */
function copyForChange(): Template {
  const template = structuredClone(packaged);
  for (const [id, { Type }] of Object.entries(template.Resources)) {
    if (Type === 'AWS::CloudWatch::Alarm') delete template.Resources[id];
  }
  for (const id of deadLetterQueues(template).keys()) {
    addResource(template, `${id}Alarm`, 'AWS::CloudWatch::Alarm', {
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [id, 'QueueName'] } }],
      AlarmActions: ['arn:aws:sns:us-east-1:123456789012:operations'],
    });
  }
  setProperty(template, 'HttpApiStage', 'DefaultRouteSettings.ThrottlingBurstLimit', 20);
  setProperty(template, 'ProducerLambdaEvConf', 'DestinationConfig', {
    OnFailure: { Destination: { Ref: 'OrderEventsTopic' } },
  });
  return template;
}

describe('the doctor, given a template with one change,', () => {
  it('finds nothing before the change', () => {
    expect(findingsOf(examine(copyForChange()))).toEqual([]);
  });

  it.each(BROKEN)('reports with the rule $rule: $what', ({ rule, change, expected }) => {
    const template = copyForChange();
    change(template);
    expect(findingsOf(examine(template))).toEqual(expected.map(([place, value]) => [rule, place, value]));
  });

  it.each(SOUND)('accepts $what', ({ change }) => {
    const template = copyForChange();
    change(template);
    expect(template).not.toEqual(copyForChange());
    expect(findingsOf(examine(template))).toEqual([]);
  });

  it('is given a change for every rule', () => {
    const brokenRules = new Set(BROKEN.map(({ rule }) => rule));
    expect(brokenRules).toEqual(new Set(RULES.map(({ id }) => id)));
  });
});
