import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readTemplate } from '../../cli/template/package-template.ts';
import { propertiesOf, type Template } from '../../cli/template/template.ts';
import { runServerless } from '../run-serverless.ts';

export const IMAGE = '123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/order-worker:1.2.0';

/** What `serverless package` makes of a stage with a fleet of workers. */
export interface PackagedFleet {
  template: Template;
  /** Code of the workers; instances only have one. */
  bundle: Buffer | undefined;
}

/** @param params stage parameters, such as `fleet=ec2` */
export async function packageFleet(...params: string[]): Promise<PackagedFleet> {
  const args = ['package', '--stage', 'test', ...params.map((param) => `--param=${param}`)];
  return await runServerless(args, { ORDER_PIPELINE_LOCAL_DIR: './.local' }, async (folder) => {
    const output = join(folder, '.serverless');
    return {
      template: await readTemplate(join(output, 'cloudformation-template-update-stack.json')),
      bundle: await readFile(join(output, 'order-worker.mjs')).catch(() => undefined),
    };
  });
}

/** The user data of an instance: the script, and what CloudFormation fills in. */
export function userDataOf(template: Template): [script: string, values: Record<string, unknown>] {
  const { LaunchTemplateData } = propertiesOf(template, 'WorkerLaunchTemplate') as {
    LaunchTemplateData: {
      UserData: { 'Fn::Base64': { 'Fn::Sub': [script: string, values: Record<string, unknown>] } };
    };
  };
  return LaunchTemplateData.UserData['Fn::Base64']['Fn::Sub'];
}
