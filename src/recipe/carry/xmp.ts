/** @file XMP packets (ISO 16684-1): our description in one of our own, or beside what others have written. */

import { namespace, recipeElement, recipeElementText, xmlText } from './xml.js';

const open = '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">';
const close = '</rdf:Description>';

/** A packet that holds the JSON, and the title for viewers; what `earlier` says besides stays. */
export function xmpWith(earlier: string | undefined, json: string, title: string): string {
	const description = `${open}<dc:description><rdf:Alt><rdf:li xml:lang="x-default">${xmlText(title)}</rdf:li></rdf:Alt></dc:description>${recipeElement(json)}${close}`;
	const others = earlier === undefined ? '' : withoutOurs(earlier);
	const end = others.lastIndexOf('</rdf:RDF>');
	if (end >= 0) return others.slice(0, end) + description + others.slice(end);
	return [
		'<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>',
		'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">',
		`${description}</rdf:RDF></x:xmpmeta>`,
		'<?xpacket end="w"?>',
	].join('');
}

/** The JSON that a packet holds; in our own description, or wherever another program has moved it. */
export function xmpText(packet: string): string | undefined {
	if (!packet.includes(namespace)) return undefined;
	return recipeElementText(packet.slice(Math.max(0, packet.lastIndexOf(open)))) ?? recipeElementText(packet);
}

function withoutOurs(packet: string): string {
	const at = packet.indexOf(recipeElement('').split('>', 1)[0]!);
	if (at < 0) return packet;
	const start = packet.lastIndexOf(open, at);
	const end = packet.indexOf(close, at);
	return start < 0 || end < 0 ? packet : packet.slice(0, start) + packet.slice(end + close.length);
}
