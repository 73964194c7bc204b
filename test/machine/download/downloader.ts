import { download } from '../../../lib/machine/download/download';

/** Downloads in a process of its own, and says how many bytes are there. Started by downloader-process.ts. */
const [url = '', file = '', sha256 = '', size = '', cache = ''] = process.argv.slice(2);

download(url, file, { sha256, size: Number(size) }, { network: {}, cache, waits: [], onProgress: console.log }).then(
  () => console.log('done'),
  (error: Error) => {
    console.error(error);
    process.exitCode = 1;
  },
);
