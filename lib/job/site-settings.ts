import { z } from 'zod';

/** The `site` of a `mirror.yaml`. */
export const SiteSettings = z.strictObject({
  domainName: z.string().optional().describe("Host name of the mirror; default: CloudFront's"),
  certificateArn: z
    .string()
    .regex(/^arn:/, 'must be an ARN')
    .optional()
    .describe('ARN of the certificate for domainName, in us-east-1'),
  allowHttp: z.boolean().optional().describe('Whether to serve plain HTTP in addition to HTTPS; default: false'),
  allowedCidrs: z.array(z.string()).min(1).optional().describe('Networks that have access; default: all'),
  basicAuth: z.boolean().optional().describe('Whether sites need a user name and password; default: false'),
  webAclId: z.string().optional().describe('ARN of a web ACL for CloudFront; default: none'),
});
