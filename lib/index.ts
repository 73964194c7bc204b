export { KernelBuild, type KernelBuildProps } from './mirror/kernel-build';
export { MaasMirror } from './mirror/maas-mirror';
export type { MaasMirrorProps } from './mirror/maas-mirror-props';
export { MirrorFunction, type MirrorFunctionProps } from './mirror/mirror-function';
export { MirrorSite } from './mirror/mirror-site';
export type { MirrorSiteProps } from './mirror/mirror-site-props';
export { StageBuild, type StageBuildProps } from './mirror/stage-build';
export { ReleaseWorkflow, type ReleaseWorkflowProps } from './mirror/workflow';
