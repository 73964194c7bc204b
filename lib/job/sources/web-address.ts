import { isAmbiguous } from '../../given-address';

/** The form of an http or https URL. Quotes would end a setting in apt's configuration. */
export const webPattern = /^https?:\/\/[^\s"'\\/?#][^\s"'\\]*$/;

/** Whether the URL parser accepts it. See `isAmbiguous` for a `/` in a password after digits. */
export const isUrl = (text: string): boolean => URL.canParse(text);

/** Whether a text is an http or https URL with a valid port, whose host cannot be part of a password. */
export const isWebAddress = (text: string): boolean => webPattern.test(text) && isUrl(text) && !isAmbiguous(text);
