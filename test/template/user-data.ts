import { propertiesOf, type Template } from '../../cli/template/template.ts';

/** The user data of an instance: the script, and what CloudFormation fills in. */
export function userDataOf(template: Template): [script: string, values: Record<string, unknown>] {
  const { LaunchTemplateData } = propertiesOf(template, 'WorkerLaunchTemplate') as {
    LaunchTemplateData: {
      UserData: { 'Fn::Base64': { 'Fn::Sub': [script: string, values: Record<string, unknown>] } };
    };
  };
  return LaunchTemplateData.UserData['Fn::Base64']['Fn::Sub'];
}
