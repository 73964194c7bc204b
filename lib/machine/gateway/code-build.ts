/**
 * Whether this is a CodeBuild build machine, judged by its environment. The local engine also sets CodeBuild's variables,
 * but never passes on credentials.
 */
export function isMachineOfCodeBuild(environment: NodeJS.ProcessEnv): boolean {
  const { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, AWS_CONTAINER_CREDENTIALS_FULL_URI, CODEBUILD_BUILD_ID } =
    environment;
  const credentials = AWS_CONTAINER_CREDENTIALS_RELATIVE_URI ?? AWS_CONTAINER_CREDENTIALS_FULL_URI;
  return credentials !== undefined && CODEBUILD_BUILD_ID !== undefined;
}
