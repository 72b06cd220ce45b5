import { UsageError } from '../../program/options.ts';
import { type PackageOptions, packageTemplate, readTemplate } from './package-template.ts';
import type { Template } from './template.ts';

/** The default stage of serverless.yml. */
export const DEFAULT_STAGE = 'dev';

/** The options that select a template, for `parseOptions`. */
export const TEMPLATE_OPTIONS = {
  stage: { type: 'string' },
  region: { type: 'string' },
  param: { type: 'string', multiple: true, default: [] as string[] },
  template: { type: 'string' },
} as const;

/** Path of a packaged template, or the options to package one. */
export type TemplateSource = string | PackageOptions;

interface TemplateValues {
  stage?: string | undefined;
  region?: string | undefined;
  param: readonly string[];
  template?: string | undefined;
}

/**
 * Reads the options that select a template.
 *
 * @throws UsageError if an option is invalid, or is used with `--template`.
 */
export function readTemplateSource({ stage, region, param, template }: TemplateValues): TemplateSource {
  const wrong = param.find((each) => !/^\w+=/.test(each));
  if (wrong !== undefined)
    throw new UsageError(`--param: must be NAME=VALUE, received ${wrong || 'nothing'}`);
  for (const [option, value] of Object.entries({ stage, region, template })) {
    if (value === '') throw new UsageError(`--${option}: must not be empty, received nothing`);
  }
  if (template === undefined) return { stage: stage ?? DEFAULT_STAGE, region, params: param };
  const other = Object.entries({ stage, region, param: param[0] }).find(([, value]) => value !== undefined);
  if (!other) return template;
  throw new UsageError(`--${other[0]}: cannot be used with --template, which is already packaged`);
}

/** @throws Error if the template does not exist, or Serverless fails to package it. */
export const loadTemplate = (source: TemplateSource): Promise<Template> =>
  typeof source === 'string' ? readTemplate(source) : packageTemplate(source);

/** Returns the name of a template for output. */
export const nameTemplate = (source: TemplateSource): string =>
  typeof source === 'string' ? source : `stage ${source.stage}`;
