import { UsageError } from '../../program/options.ts';
import { type PackageOptions, packageTemplate, readTemplate } from './package-template.ts';
import type { Template } from './template.ts';

/** As serverless.yml has it. */
export const DEFAULT_STAGE = 'dev';

/** The options by which a command is told which template, for `parseOptions`. */
export const TEMPLATE_OPTIONS = {
  stage: { type: 'string' },
  region: { type: 'string' },
  param: { type: 'string', multiple: true, default: [] as string[] },
  template: { type: 'string' },
} as const;

/** A file of a template that is packaged already, or what to package. */
export type TemplateSource = string | PackageOptions;

interface TemplateValues {
  stage?: string | undefined;
  region?: string | undefined;
  param: readonly string[];
  template?: string | undefined;
}

/**
 * Reads which template is meant.
 *
 * @throws UsageError that names the option, its rule and the value received
 */
export function readTemplateSource({ stage, region, param, template }: TemplateValues): TemplateSource {
  const wrong = param.find((each) => !/^\w+=/.test(each));
  if (wrong !== undefined)
    throw new UsageError(`--param: must be NAME=VALUE, received ${wrong || 'nothing'}`);
  for (const [option, value] of Object.entries({ stage, region, template })) {
    if (value === '') throw new UsageError(`--${option}: must not be empty, received nothing`);
  }
  if (template === undefined) return { stage: stage ?? DEFAULT_STAGE, region, params: param };
  const tooMuch = Object.entries({ stage, region, param: param[0] }).find(([, value]) => value !== undefined);
  if (!tooMuch) return template;
  throw new UsageError(`--${tooMuch[0]}: must not be given with --template, which is packaged already`);
}

/** @throws Error where there is no such template, or Serverless refuses to package one */
export const loadTemplate = (source: TemplateSource): Promise<Template> =>
  typeof source === 'string' ? readTemplate(source) : packageTemplate(source);

/** What to call it in front of people. */
export const nameTemplate = (source: TemplateSource): string =>
  typeof source === 'string' ? source : `stage ${source.stage}`;
