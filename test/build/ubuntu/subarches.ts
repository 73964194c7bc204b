/** Subarches that an image names, literally from facts/maas-products.md and facts/kernels.md. */
export const letters = 'generic,hwe-p,hwe-q,hwe-r,hwe-s,hwe-t,hwe-u,hwe-v,hwe-w';
export const gaUpTo1804 = 'ga-16.04,ga-16.10,ga-17.04,ga-17.10,ga-18.04';
export const gaUpTo2004 = `${gaUpTo1804},ga-18.10,ga-19.04,ga-19.10,ga-20.04`;
export const gaUpTo2604 = `${gaUpTo2004},ga-20.10,ga-21.04,ga-21.10,ga-22.04,ga-22.10,ga-23.04,ga-23.10,ga-24.04,ga-24.10,ga-25.04,ga-25.10,ga-26.04`;
