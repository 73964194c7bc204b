/**
 * Answers a DNS query in a frame with "no such name", whichever server it was sent to.
 * @param frame Ethernet frame without checksum
 * @returns the response frame; undefined if the frame is not a DNS query over UDP and IPv4
 */
export function nameAnswer(frame: Buffer): Buffer | undefined {
  const question = questionIn(frame);
  if (question === undefined) return undefined;
  const { query, ip, udp } = question;
  const answer = Buffer.alloc(ethernetSize + ipSize + udpSize + query.length);
  frame.copy(answer, 0, 6, 12); // back to the sender
  frame.copy(answer, 6, 0, 6);
  answer.writeUInt16BE(ipv4, 12);
  ipHeader(ip, answer.length - ethernetSize).copy(answer, ethernetSize);
  const udpAt = ethernetSize + ipSize;
  udp.copy(answer, udpAt, 2, 4);
  udp.copy(answer, udpAt + 2, 0, 2);
  answer.writeUInt16BE(udpSize + query.length, udpAt + 4); // a UDP checksum of 0 means none
  query.copy(answer, udpAt + udpSize);
  // Keep counts and records of the query, so that the response to an EDNS query has EDNS, too.
  answer.writeUInt16BE(
    isAnswer | recursionAvailable | (query.readUInt16BE(2) & recursionDesired) | noSuchName,
    udpAt + 10,
  );
  return answer;
}

const [ethernetSize, ipSize, udpSize, dnsSize] = [14, 20, 8, 12];
const [ipv4, udpProtocol, namePort] = [0x0800, 17, 53];
/** Flags of a DNS header (RFC 1035, 4.1.1). */
const [isAnswer, operation, recursionDesired, recursionAvailable, noSuchName] = [0x8000, 0x7800, 0x0100, 0x0080, 3];

function questionIn(frame: Buffer): { ip: Buffer; udp: Buffer; query: Buffer } | undefined {
  if (frame.length < ethernetSize + ipSize || frame.readUInt16BE(12) !== ipv4) return undefined;
  const ip = frame.subarray(ethernetSize);
  const [version, headerSize] = [ip.readUInt8(0) >> 4, (ip.readUInt8(0) & 15) * 4];
  const size = ip.readUInt16BE(2);
  const isFragment = (ip.readUInt16BE(6) & 0x3fff) !== 0;
  if (version !== 4 || headerSize < ipSize || size > ip.length || isFragment) return undefined;
  if (ip.readUInt8(9) !== udpProtocol || size < headerSize + udpSize + dnsSize) return undefined;
  const udp = ip.subarray(headerSize, size); // short frames are padded
  if (udp.readUInt16BE(2) !== namePort) return undefined;
  const query = udp.subarray(udpSize);
  const isQuestion = (query.readUInt16BE(2) & (isAnswer | operation)) === 0 && query.readUInt16BE(4) > 0;
  return isQuestion ? { ip, udp, query } : undefined;
}

function ipHeader(asked: Buffer, size: number): Buffer {
  const header = Buffer.alloc(ipSize);
  header.writeUInt8(0x45, 0);
  header.writeUInt16BE(size, 2);
  header.writeUInt8(64, 8);
  header.writeUInt8(udpProtocol, 9);
  asked.copy(header, 12, 16, 20);
  asked.copy(header, 16, 12, 16);
  header.writeUInt16BE(checksum(header), 10);
  return header;
}

function checksum(header: Buffer): number {
  let sum = 0;
  for (let at = 0; at < header.length; at += 2) sum += header.readUInt16BE(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
