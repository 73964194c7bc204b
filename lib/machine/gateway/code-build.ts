/**
 * Whether this is a build machine of CodeBuild, by its environment. The engine on one machine sets CodeBuild's
 * variables, too, and hands nobody's credentials on.
 */
export function isMachineOfCodeBuild(environment: NodeJS.ProcessEnv): boolean {
  const { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, AWS_CONTAINER_CREDENTIALS_FULL_URI, CODEBUILD_BUILD_ID } =
    environment;
  const credentials = AWS_CONTAINER_CREDENTIALS_RELATIVE_URI ?? AWS_CONTAINER_CREDENTIALS_FULL_URI;
  return credentials !== undefined && CODEBUILD_BUILD_ID !== undefined;
}
