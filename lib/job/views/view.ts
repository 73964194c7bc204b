/* job/views: the views of mirror.yaml. */

import { z } from 'zod';
import {
  architectureWord,
  BootTimeout,
  Compression,
  Customise,
  kernelWord,
  releaseWord,
  Serial,
} from '../build-request';
import { anyView, Promotion, SelectedPart } from '../operations/view-source';

/** The settings of one view: its recipe, or where else its versions come from; without either, it is promoted by hand. */
export const View = z
  .strictObject({
    releases: z.array(releaseWord).default([]).describe('Releases by series or version: noble, "22.04", …'),
    architectures: z
      .array(architectureWord)
      .min(1)
      .optional()
      .describe("dpkg architectures; default: this machine's; on AWS amd64"),
    kernels: z
      .strictObject({
        required: z.array(kernelWord).default([]).describe('Kernel flavours that must build'),
        optional: z.array(kernelWord).default([]).describe('Kernel flavours that may fail without failing the build'),
      })
      .optional()
      .describe('Kernel flavours: hwe-edge, …; default: ga and hwe (Debian: generic and cloud), all required'),
    customise: Customise.optional().describe('Changes to the images; default: none'),
    serial: Serial.optional().describe('Serial of the cloud image, for views of one release; default: the newest'),
    compression: Compression.optional().describe('Compression of rebuilt images; default: zstd, for xenial xz'),
    bootTest: z.boolean().default(true).describe('Whether images must pass a boot test before they are published'),
    bootTimeout: BootTimeout.optional().describe(
      'Minutes that one boot may take; default: 30, or 60 where the architecture is emulated',
    ),
    bootloaders: z
      .boolean()
      .default(true)
      .describe('Whether an Ubuntu view includes bootloaders; set to false if MAAS keeps images.maas.io as a source'),
    promote: Promotion.optional().describe('Fills the view by promotion from another view, without releases'),
    from: anyView.optional().describe('View that this view follows, without releases; `view set` can change it'),
    select: z
      .array(SelectedPart)
      .min(1)
      .optional()
      .describe('Parts of other views, without releases; the first that matches a product decides'),
  })
  .refine(({ serial, releases }) => serial === undefined || releases.length < 2, {
    path: ['serial'],
    message: 'applies to one release only; move each release with a serial to its own view',
  });
export type View = z.infer<typeof View>;
