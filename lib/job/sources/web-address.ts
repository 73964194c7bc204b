import { isAmbiguous } from '../../given-address';

/** The form of an http or https URL. Quotes would end a setting in apt's configuration. */
export const webPattern = /^https?:\/\/[^\s"'\\/?#][^\s"'\\]*$/;

/** Whether the URL parser accepts it: an address with an unescaped `/` in its password has no valid port. */
export const isUrl = (text: string): boolean => URL.canParse(text);

/** Whether a text is an http or https URL, with a host and a valid port, and nothing may be taken for another host. */
export const isWebAddress = (text: string): boolean => webPattern.test(text) && isUrl(text) && !isAmbiguous(text);
