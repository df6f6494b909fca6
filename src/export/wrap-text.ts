/** @file Text in lines of a width, in any script: broken between words (which Intl.Segmenter finds also where no spaces are), else within them. */

/**
 * Lines no wider than `width` as `measure` sees it, at most `most`; what does not fit ends with an ellipsis. A single
 * character that is wider stands alone.
 */
export function wrapText(text: string, measure: (part: string) => number, width: number, most: number): string[] {
	const lines: string[] = [];
	for (const paragraph of text.split(/\r?\n/)) {
		let line = '';
		for (const word of segments(paragraph, 'word')) {
			if (measure((line + word).trimEnd()) <= width) {
				line += word;
				continue;
			}
			if (line.trim()) lines.push(line.trim());
			line = '';
			if (measure(word.trim()) <= width) line = word;
			else
				for (const letter of segments(word, 'grapheme')) {
					if (line && measure(line + letter) > width) {
						lines.push(line);
						line = '';
					}
					line += letter;
				}
		}
		if (line.trim()) lines.push(line.trim());
	}
	if (lines.length <= most) return lines;
	const last = [...segments(lines[most - 1]!, 'grapheme')];
	while (last.length > 0 && measure(`${last.join('')}…`) > width) last.pop();
	return [...lines.slice(0, most - 1), `${last.join('').trimEnd()}…`];
}

function segments(text: string, granularity: 'word' | 'grapheme'): string[] {
	return Array.from(new Intl.Segmenter('en', { granularity }).segment(text), ({ segment }) => segment);
}
