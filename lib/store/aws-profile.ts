/** For messages about credentials and regions: which profile was asked for them. Empty where none is named. */
export function ofProfile({ AWS_PROFILE: profile }: NodeJS.ProcessEnv = process.env): string {
  return profile === undefined || profile === '' ? '' : ` (AWS_PROFILE=${profile})`;
}
