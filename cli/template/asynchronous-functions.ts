import { findReferred } from './find-referred.ts';
import { readList, readProperty } from './read-property.ts';
import { resourcesOf, type Template } from './template.ts';

// Services that invoke a function and do not wait for it.
// https://docs.aws.amazon.com/lambda/latest/dg/lambda-services.html
const ASYNCHRONOUS = [
  ...['events', 's3', 'sns', 'scheduler', 'ses', 'iot', 'logs', 'config'],
  ...['codecommit', 'codepipeline', 'cloudformation'],
].map((service) => `${service}.amazonaws.com`);

/** Logical ids of the functions that are invoked asynchronously: as a target, or by who is permitted to invoke them. */
export function asynchronousFunctions(template: Template): Set<string> {
  const rules = resourcesOf(template, 'AWS::Events::Rule').flatMap(([, { Targets }]) => readList(Targets));
  const schedules = resourcesOf(template, 'AWS::Scheduler::Schedule').map(([, { Target }]) => Target);
  const permitted = resourcesOf(template, 'AWS::Lambda::Permission')
    .filter(([, { Principal }]) => ASYNCHRONOUS.includes(String(Principal)))
    .map(([, { FunctionName }]) => FunctionName);
  const targets = [...rules, ...schedules].map((target) => readProperty(target, 'Arn'));
  const ids = [...targets, ...permitted].map((value) =>
    findReferred(template, 'AWS::Lambda::Function', value),
  );
  return new Set(ids.filter((id) => id !== undefined));
}
