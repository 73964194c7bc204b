/**
 * `Extract amd64 hwe`: the flavour's own state is called ExtractHwe or ExtractHweArm, which would say it twice. What is
 * probed has no architecture beside it.
 */
export function stageName({
  stage,
  architecture,
  kernel,
}: {
  stage: string;
  architecture?: string | undefined;
  kernel?: string | undefined;
}): string {
  const plain = kernel !== undefined && stage.startsWith('Extract') ? 'Extract' : stage.replace(/(?<!^Probe)Arm$/, '');
  return [plain, architecture, kernel].filter(Boolean).join(' ');
}
