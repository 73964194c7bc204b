import { type Command, run } from '../run';

export interface GrubImageOptions {
  /** grub-mkimage's word: `powerpc-ieee1275` */
  readonly format: string;
  /** Folder of the modules and of kernel.img. */
  readonly folder: string;
  /** Without their ending, in the order of loading. */
  readonly modules: readonly string[];
  /**
   * File of GRUB commands that the image runs first. Its parser at that time knows no comments: it would take `#` for a
   * command.
   */
  readonly config: string;
}

/** Makes a GRUB that needs no file but itself. */
export async function makeGrubImage(image: string, options: GrubImageOptions): Promise<void> {
  await run(grubImageCommand(image, options));
}

export function grubImageCommand(image: string, { format, folder, modules, config }: GrubImageOptions): Command {
  return [
    'grub-mkimage',
    `--format=${format}`,
    `--directory=${folder}`,
    // It has to be given, and nothing is looked for there: the configuration names the boot server.
    '--prefix=',
    `--config=${config}`,
    `--output=${image}`,
    ...modules,
  ];
}
