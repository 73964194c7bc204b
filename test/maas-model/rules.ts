/** What a model of MAAS does, and where that was read. */
export interface Rule {
  readonly says: string;
  /** Files and lines below `src/` of MAAS 3.8.0a1; for the O rules of MAAS 3.5. */
  readonly source: string;
}

/**
 * The rules of both models. `Maas` has the M rules; `OlderMaas` has the O rules and those M rules that `olderRules` names.
 * For each one there is a test that fails when a model is made without it.
 */
export const rules = {
  M1: {
    says: 'the manifest is fetched every 10 minutes and stored; the sync runs every 60 minutes with the stored one',
    source: 'maastemporalworker/schedules.py:28-51, workflow/bootresource.py:610-612',
  },
  M2: {
    says: 'each document of the index is read; a bad one fails the source, and the stored manifest stays',
    source: 'maasservicelayer/simplestreams/client.py:183-188',
  },
  M3: {
    says: 'a document is of one kind: bootloaders, multi-file or single-file, the last that fits; nothing in it may be empty',
    source: 'maasservicelayer/simplestreams/models.py:432-455',
  },
  M4: {
    says: 'the newest version is the one whose name is the highest string',
    source: 'maasservicelayer/simplestreams/models.py:289-291',
  },
  M5: {
    says: 'products with other names, and bootloaders of other platforms, are ignored',
    source: 'maasservicelayer/services/image_sync.py:79-92',
  },
  M6: {
    says: 'a selection is os, release and architecture: it takes all kernel flavours, and the bootloaders',
    source: 'maasservicelayer/services/image_sync.py:248-257, 284-285',
  },
  M7: {
    says: 'the set of a resource and a version is found, or made with the next id',
    source: 'maasservicelayer/services/bootresourcesets.py:118-150',
  },
  M8: {
    says: 'a file is found by its name in the set; if its digest differs, it is deleted and fetched again in place',
    source: 'maasservicelayer/services/bootresourcefiles.py:143-175',
  },
  M9: {
    says: 'all files of a selection are fetched at once, each digest once',
    source: 'maasservicelayer/services/image_sync.py:344-352, maastemporalworker/workflow/bootresource.py:1023-1039',
  },
  M10: {
    says: 'after a sync, only the newest complete set by id stays of each resource of the selection',
    source: 'maasservicelayer/services/image_sync.py:520-576',
  },
  M11: {
    says: 'sets of bootloaders belong to no selection and stay for ever',
    source: 'maasservicelayer/services/image_sync.py:409-413, 536',
  },
  M12: {
    says: 'the root is that of any resource whose subarches have the kernel: the first of the database, which has no order',
    source: 'maasserver/models/bootresource.py:100-111',
  },
  M13: {
    says: 'what disappears from the stream stays, complete and in use',
    source: 'maasservicelayer/services/image_sync.py:531-576',
  },
  M14: {
    says: 'a sync first deletes the resources that other selections of the same os, release and architecture have',
    source: 'maastemporalworker/workflow/bootresource.py:565-603',
  },
  M15: {
    says: 'a sync that runs when the next one begins is cancelled: all files of its selection are deleted',
    source: 'maastemporalworker/schedules.py:35-50, workflow/bootresource.py:1045-1052',
  },
  M16: {
    says: 'a new address of a source keeps what was downloaded until the new images are complete',
    source: 'maasserver/api/boot_sources.py',
  },
  M17: {
    says: 'a fetched manifest is stored only if the date of its first document is later than that of the stored one',
    source: 'maasservicelayer/services/image_manifests.py, fetch_and_update',
  },
  M18: {
    says: 'a download that gets no file deletes all files of its selection that were being fetched',
    source: 'maastemporalworker/workflow/bootresource.py:331-339, 1041-1055',
  },
  M19: {
    says: 'of two sources that have the same selection, only the one with the higher priority syncs; a new source is the highest',
    source: 'maasserver/models/bootsource.py:133-139',
  },
  M20: {
    says: 'the label is part of what a set is found by',
    source: 'maasservicelayer/services/bootresourcesets.py:118-150',
  },
  M21: {
    says: 'a resource keeps the subarches that its product had when it was created',
    source: 'maasservicelayer/services/image_sync.py, get_files_to_download_from_product',
  },
  M22: {
    says: 'bytes that are on the disk under their digest are not fetched again, but unpacked',
    source: 'maastemporalworker/workflow/bootresource.py:253-260',
  },
  M23: {
    says: 'bytes that do not match size and digest are fetched again and again',
    source: 'maastemporalworker/workflow/bootresource.py',
  },
  M24: {
    says: 'a file of an unknown type fails the sync of its selection',
    source: 'maascommon/enums/boot_resources.py:23-72, builders/bootresourcefiles.py',
  },
  M25: {
    says: 'a bootloader is unpacked only when it is downloaded, not when its set is found complete',
    source: 'maasservicelayer/services/image_sync.py:478-489, workflow/bootresource.py:253-260',
  },
  O1: {
    says: 'an import begins every hour and reads the stream then; nothing is stored',
    source: 'maasserver/bootresources.py, ImportResourcesService',
  },
  O2: {
    says: 'a product that vanished is deleted if the stream has another of its os, release and architecture, and stays otherwise',
    source: 'maasserver/bootresources.py, resource_cleaner, _other_resources_exists',
  },
  O3: {
    says: 'an import that would delete all images and fetch none does nothing',
    source: 'maasserver/bootresources.py, finalize',
  },
  O4: {
    says: 'items of unknown types, and products with other names, are skipped one by one',
    source: 'maasserver/bootresources.py, insert_item',
  },
  O5: {
    says: 'old sets of bootloaders are deleted like those of images',
    source: 'maasserver/bootresources.py, resource_set_cleaner',
  },
  O6: {
    says: 'an import during an import does nothing',
    source: 'maasserver/bootresources.py, _import_resources_with_lock',
  },
  O7: {
    says: 'fields are inherited from the version, the product and the document',
    source: 'simplestreams/util.py of python-simplestreams, products_exdata',
  },
  O8: {
    says: 'a file that cannot be had is tried again for two hours; then the import ends and deletes nothing',
    source: 'maasserver/bootresources.py, finalize; workflow/bootresource.py, DOWNLOAD_TIMEOUT',
  },
} as const satisfies Readonly<Record<string, Rule>>;

export type RuleId = keyof typeof rules;

/** The M rules that `OlderMaas` has, too. */
export const olderRules = [
  'M2',
  'M4',
  'M5',
  'M7',
  'M8',
  'M9',
  'M10',
  'M12',
  'M16',
  'M22',
  'M23',
  'M25',
] as const satisfies RuleId[];
