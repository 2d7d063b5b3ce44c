// The numbers of the loader's protocol. Source: esptool documentation, "Serial Protocol".

export const Command = {
  FlashBegin: 0x02,
  FlashData: 0x03,
  FlashEnd: 0x04,
  MemBegin: 0x05,
  MemEnd: 0x06,
  MemData: 0x07,
  Sync: 0x08,
  WriteReg: 0x09,
  ReadReg: 0x0a,
  SpiSetParams: 0x0b,
  SpiAttach: 0x0d,
  ChangeBaud: 0x0f,
  DeflateBegin: 0x10,
  DeflateData: 0x11,
  DeflateEnd: 0x12,
  Md5: 0x13,
  SecurityInfo: 0x14,
  EraseFlash: 0xd0,
  EraseRegion: 0xd1,
  ReadFlash: 0xd2,
} as const;

/** What the loader says of a command that it does not carry out. */
export const Refusal = {
  Unknown: 0x05,
  BadChecksum: 0x07,
  BadData: 0x08,
  BadLength: 0x06,
  Deflate: 0x0b,
} as const;
