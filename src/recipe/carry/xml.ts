/** @file Our element in XML, the same in SVG's metadata and in XMP: the JSON as its text. */

/** Names our element apart from everybody else's. */
export const namespace = 'urn:atelier:';

/** Text for XML 1.0: markup escaped, what XML cannot say (control characters, lone surrogates) as spaces. */
export function xmlText(text: string): string {
	return text
		.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, ' ')
		.replace(/&/g, '&amp;')
		.replace(/</g, '&lt;')
		.replace(/>/g, '&gt;');
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function plainText(xml: string): string {
	return xml.replace(/&(?:(amp|lt|gt|quot|apos)|#(\d{1,7})|#x([\da-f]{1,6}));/gi, (whole, name, decimal, hex) => {
		if (name) return entities[name as string] ?? whole;
		const code = decimal ? Number(decimal) : Number.parseInt(hex as string, 16);
		return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
	});
}

/** The element. JSON escapes control characters and lone surrogates itself; the two non-characters are left. */
export function recipeElement(json: string): string {
	const text = json.replace(/[\ufffe\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16)}`);
	return `<atelier:recipe xmlns:atelier="${namespace}">${xmlText(text)}</atelier:recipe>`;
}

/** The JSON of our element in a piece of XML; the prefix may have been changed, the namespace may be declared further out. */
export function recipeElementText(xml: string): string | undefined {
	const start = /<((?:[\w.-]{1,64}:)?recipe)(?:\s[^<>]*)?>/.exec(xml);
	if (!start) return undefined;
	const from = start.index + start[0].length;
	const to = xml.indexOf(`</${start[1]}>`, from);
	if (to < 0) return undefined;
	const inner = xml.slice(from, to).trim();
	return inner.startsWith('<![CDATA[') ? inner.slice(9, inner.lastIndexOf(']]>')) : plainText(inner);
}
