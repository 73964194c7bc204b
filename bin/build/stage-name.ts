/**
 * `Extract amd64 hwe`: the name of the state, ExtractHwe or ExtractHweArm, would repeat the flavour. Probes keep `Arm`,
 * since no architecture follows.
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
