import { type Command, run } from '../run';

export interface GrubImageOptions {
  /** Name for grub-mkimage: `powerpc-ieee1275` */
  readonly format: string;
  /** Folder with the modules and kernel.img. */
  readonly folder: string;
  /** Without file extension, in load order. */
  readonly modules: readonly string[];
  /**
   * File with GRUB commands that the image runs first. The parser at that stage has no comments: `#` would be a command.
   */
  readonly config: string;
}

/** Creates a self-contained GRUB image. */
export async function makeGrubImage(image: string, options: GrubImageOptions): Promise<void> {
  await run(grubImageCommand(image, options));
}

export function grubImageCommand(image: string, { format, folder, modules, config }: GrubImageOptions): Command {
  return [
    'grub-mkimage',
    `--format=${format}`,
    `--directory=${folder}`,
    // Required but unused: the configuration names the boot server.
    '--prefix=',
    `--config=${config}`,
    `--output=${image}`,
    ...modules,
  ];
}
