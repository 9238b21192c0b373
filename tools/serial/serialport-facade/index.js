// serialport 8's constructor and statics over serialport 13's parts, which ship prebuilt and need no compiler.
const { SerialPortStream } = require('@serialport/stream');
const { autoDetect } = require('@serialport/bindings-cpp');
const { ByteLengthParser } = require('@serialport/parser-byte-length');
const { DelimiterParser } = require('@serialport/parser-delimiter');
const { ReadlineParser } = require('@serialport/parser-readline');

class SerialPort extends SerialPortStream {
  /** Replaceable, as in serialport 8: a binding that talks to something else than the operating system. */
  static Binding = autoDetect();

  static parsers = { ByteLength: ByteLengthParser, Delimiter: DelimiterParser, Readline: ReadlineParser };

  static list() {
    return SerialPort.Binding.list();
  }

  constructor(path, options, openCallback) {
    const [settings, callback] = typeof options === 'function' ? [{}, options] : [options, openCallback];
    super({ baudRate: 9600, binding: SerialPort.Binding, ...settings, path }, callback);
  }
}

module.exports = SerialPort;
