/** Tables of system call numbers; several machines use the asm-generic table. */
export type Abi = 'x86_64' | 'i386' | 'generic' | 'arm' | 'ppc64' | 's390x';

/** Numbers in column order; a dash if an ABI lacks the call. From 424 on, all ABIs use the same numbers. */
const refusedCalls = `
  mount               165  21  40  21  21  21
  umount                -  22   -   -  22  22
  umount2             166  52  39  52  52  52
  pivot_root          155 217  41 218 203 217
  open_tree           428 428 428 428 428 428
  move_mount          429 429 429 429 429 429
  fsopen              430 430 430 430 430 430
  fsconfig            431 431 431 431 431 431
  fsmount             432 432 432 432 432 432
  fspick              433 433 433 433 433 433
  mount_setattr       442 442 442 442 442 442
  open_tree_attr      467 467 467 467 467 467
  setns               308 346 268 375 350 339
  keyctl              250 288 219 311 271 280
  add_key             248 286 217 309 269 278
  request_key         249 287 218 310 270 279
  bpf                 321 357 280 386 361 351
  perf_event_open     298 336 241 364 319 331
  userfaultfd         323 374 282 388 364 355
  fanotify_init       300 338 262 367 323 332
  kexec_load          246 283 104 347 268 277
  kexec_file_load     320   - 294 401 382 381
  create_module       174 127   -   - 127 127
  init_module         175 128 105 128 128 128
  finit_module        313 350 273 379 353 344
  delete_module       176 129 106 129 129 129
  get_kernel_syms     177 130   -   - 130 130
  query_module        178 167   -   - 166 167
  reboot              169  88 142  88  88  88
  swapon              167  87 224  87  87  87
  swapoff             168 115 225 115 115 115
  acct                163  51  89  51  51  51
  quotactl            179 131  60 131 131 131
  quotactl_fd         443 443 443 443 443 443
  open_by_handle_at   304 342 265 371 346 336
  process_vm_readv    310 347 270 376 351 340
  process_vm_writev   311 348 271 377 352 341
  pidfd_getfd         438 438 438 438 438 438
  iopl                172 110   -   - 110   -
  ioperm              173 101   -   - 101   -
  vm86                  - 166   -   - 113   -
  vm86old               - 113   -   -   -   -
  pciconfig_read        -   -   - 272 198   -
  pciconfig_write       -   -   - 273 199   -
  pciconfig_iobase      -   -   - 271 200   -
  rtas                  -   -   -   - 255   -
  settimeofday        164  79 170  79  79  79
  clock_settime       227 264 112 262 245 259
  clock_settime64       - 404   - 404   -   -
  stime                 -  25   -   -  25   -
  adjtimex            159 124 171 124 124 124
  clock_adjtime       305 343 266 372 347 337
  clock_adjtime64       - 405   - 405   -   -
  sethostname         170  74 161  74  74  74
  setdomainname       171 121 162 121 121 121
  syslog              103 103 116 103 103 103
  lookup_dcookie      212 253  18 249 235 110
  vhangup             153 111  58 111 111 111
  nfsservctl          180 169  42 169 168 169
  uselib              134  86   -  86  86  86
  _sysctl             156 149   - 149 149 149
`;

const absentCalls = `
  clone3              435 435 435 435 435 435
  io_uring_setup      425 425 425 425 425 425
  io_uring_enter      426 426 426 426 426 426
  io_uring_register   427 427 427 427 427 427
`;

const weighedCalls = `
  clone                56 120 220 120 120 120
  unshare             272 310  97 337 282 303
  ioctl                16  54  29  54  54  54
  socket               41 359 198 281 326 359
  socketcall            - 102   -   - 102 102
`;

const launcherCalls = `
  seccomp             317 354 277 383 358 348
`;

export type Numbers = ReadonlyMap<string, number>;

/** Calls that package scripts never need but an escape would. They fail with EPERM, as without the capability. */
export const refused: Readonly<Record<Abi, Numbers>> = read(refusedCalls);

/** Calls whose arguments a filter cannot inspect. They fail with ENOSYS, as on an old kernel, and glibc falls back. */
export const absent: Readonly<Record<Abi, Numbers>> = read(absentCalls);

/** Calls that are refused depending on an argument. */
export const weighed: Readonly<Record<Abi, Numbers>> = read(weighedCalls);

/** Calls that buildspecs/seal.pl makes itself, in addition to some that it refuses afterwards. */
export const launcher: Readonly<Record<Abi, Numbers>> = read(launcherCalls);

/** file_setattr of Linux 6.17. Calls of later kernels are unknown here and therefore not available in a tree. */
export const newest = 469;

function read(table: string): Record<Abi, Numbers> {
  const rows = table.trim().split('\n');
  const cells = rows.map((row) => row.trim().split(/\s+/));
  const numbersOf = (column: number): Numbers =>
    new Map(cells.flatMap((row) => (row[column] === '-' ? [] : [[row[0] ?? '', Number(row[column])] as const])));
  return {
    x86_64: numbersOf(1),
    i386: numbersOf(2),
    generic: numbersOf(3),
    arm: numbersOf(4),
    ppc64: numbersOf(5),
    s390x: numbersOf(6),
  };
}
