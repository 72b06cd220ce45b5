import { findReferred } from '../../template/references.ts';
import { readList, readNumber, readProperty, resourcesOf, type Template } from '../../template/template.ts';
import { type Check, check, type Rule } from '../rule.ts';

/** A log group that is not declared is created with the first log line and never expires. */
export const logRetention: Rule = {
  id: 'log-retention',
  title: 'Logs expire',
  page: 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html',
  examine: (template) => [
    ...resourcesOf(template, 'AWS::Logs::LogGroup').map(([id, { RetentionInDays }]) =>
      check(`${id}.RetentionInDays`, readNumber(RetentionInDays, 0) > 0, RetentionInDays, 'a number of days'),
    ),
    ...examineFunctions(template),
    ...examineContainers(template),
  ],
};

const checkGroup = (template: Template, place: string, group: unknown): Check =>
  check(
    place,
    findReferred(template, 'AWS::Logs::LogGroup', group) !== undefined,
    group,
    'a log group of this template',
  );

const examineFunctions = (template: Template): Check[] =>
  resourcesOf(template, 'AWS::Lambda::Function').map(([id, { FunctionName, LoggingConfig }]) => {
    const byName = { 'Fn::Join': ['', ['/aws/lambda/', FunctionName ?? { Ref: id }]] };
    return checkGroup(template, id, readProperty(LoggingConfig, 'LogGroup') ?? byName);
  });

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specify-log-config.html */
const examineContainers = (template: Template): Check[] =>
  resourcesOf(template, 'AWS::ECS::TaskDefinition').flatMap(([id, { ContainerDefinitions }]) =>
    readList(ContainerDefinitions)
      .map((container) => readProperty(container, 'LogConfiguration.Options'))
      .filter((options) => options !== undefined)
      .map((options, index) =>
        checkGroup(
          template,
          `${id}.ContainerDefinitions[${index}].LogConfiguration`,
          (options as Record<string, unknown>)['awslogs-group'],
        ),
      ),
  );
