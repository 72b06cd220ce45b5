import { propertiesOf, type Template } from '../../cli/template/template.ts';

/** Returns the user data of an instance: the script, and the values that CloudFormation substitutes. */
export function userDataOf(template: Template): [script: string, values: Record<string, unknown>] {
  const { LaunchTemplateData } = propertiesOf(template, 'WorkerLaunchTemplate') as {
    LaunchTemplateData: {
      UserData: { 'Fn::Base64': { 'Fn::Sub': [script: string, values: Record<string, unknown>] } };
    };
  };
  return LaunchTemplateData.UserData['Fn::Base64']['Fn::Sub'];
}
