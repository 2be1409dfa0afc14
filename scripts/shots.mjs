// Pictures and checks of HTML pages; scripts/shots starts this, with the browser, the folder of node_modules, the folder for pictures, and
// the pages. Each page is loaded anew for each width and colour scheme, and for print.
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [browserPath, cache, out, ...given] = process.argv.slice(2);
const puppeteer = createRequire(join(resolve(cache), 'any.js'))('puppeteer-core');

const modes = [
  { width: 320, scheme: 'light' },
  { width: 320, scheme: 'dark' },
  { width: 1200, scheme: 'light' },
  { width: 1200, scheme: 'dark' },
  { width: 718, scheme: 'print' }, // A4 less the margins that browsers leave
];
const margin = { top: '1cm', bottom: '1cm', left: '1cm', right: '1cm' };
const pieceHeight = 1600; // of the window; a taller page becomes several pictures, each of which can be read when shown whole
const mostTabs = 400;

// What runs in the page: functions that return findings, each {what, element, text}. It must not refer to anything outside of itself.
function instruments(isPrint) {
  // What the pointer meets decides below what a text lies on, so nothing may hide from it; and a style has no time to change.
  const sheet = new CSSStyleSheet();
  sheet.replaceSync('* { pointer-events: auto !important; transition: none !important; animation: none !important; }');
  document.adoptedStyleSheets.push(sheet);
  for (const details of document.querySelectorAll('details')) details.open = true;

  const titleOf = (element) => [...element.children].find((child) => child.localName === 'title' && child.textContent.trim());
  const shown = (element) => element.checkVisibility({ visibilityProperty: true });
  const found = (what, element) => {
    const classes = [...element.classList].map((one) => '.' + one).join('');
    const own = element.getAttribute('aria-label') || titleOf(element)?.textContent || element.caption?.textContent || element.textContent;
    const said = own.trim() || element.closest('[aria-label]')?.getAttribute('aria-label') || '';
    const text = said.trim().replace(/\s+/g, ' ').slice(0, 50);
    return { what, element: element.localName + (element.id ? '#' + element.id : '') + classes, text };
  };

  // --- Width ---
  // What may scroll by itself may be as wide as it likes, on a screen; on paper nothing scrolls.
  const scrolls = (element) => /auto|scroll/.test(getComputedStyle(element).overflowX);
  const clips = (element) => getComputedStyle(element).overflowX !== 'visible';
  function overflow() {
    const findings = [];
    const width = document.documentElement.scrollWidth;
    if (width > innerWidth) {
      let widest = document.body;
      let right = -Infinity;
      for (const element of document.body.querySelectorAll('*')) {
        const edge = element.getBoundingClientRect().right + scrollX;
        if (edge < right || !shown(element)) continue;
        let within = element.parentElement;
        while (within && within !== document.body && !clips(within)) within = within.parentElement;
        if (within === document.body) [widest, right] = [element, edge];
      }
      findings.push(found(`the document is ${width} px wide, of ${innerWidth}`, widest));
    }
    for (const element of isPrint ? document.body.querySelectorAll('*') : [])
      if (scrolls(element) && element.scrollWidth > element.clientWidth + 1)
        findings.push(found(`cut off on paper: ${element.clientWidth} px are seen, of ${element.scrollWidth}`, element));
    return findings;
  }

  // --- Contrast ---
  // Colours are [red, green, blue, alpha], the latter from 0 to 1. The canvas understands whatever CSS does; paint servers are no colours.
  const pixel = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  const known = new Map();
  function colour(css, opacity = 1) {
    if (!known.has(css)) {
      pixel.clearRect(0, 0, 1, 1);
      pixel.fillStyle = /^(none|url)/.test(css) ? 'transparent' : css;
      pixel.fillRect(0, 0, 1, 1);
      const [red, green, blue, alpha] = pixel.getImageData(0, 0, 1, 1).data;
      known.set(css, [red, green, blue, alpha / 255]);
    }
    const [red, green, blue, alpha] = known.get(css);
    return [red, green, blue, alpha * Number(opacity)];
  }
  const faded = (colour, opacity) => [...colour.slice(0, 3), colour[3] * Number(opacity)];
  function over(top, below) {
    const alpha = top[3] + below[3] * (1 - top[3]);
    const mixed = [0, 1, 2].map((i) => (alpha > 0 ? (top[i] * top[3] + below[i] * below[3] * (1 - top[3])) / alpha : 0));
    return [...mixed, alpha];
  }
  function luminance(colour) {
    const [red, green, blue] = colour.slice(0, 3).map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  }
  function ratio(a, b) {
    const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (light + 0.05) / (dark + 0.05);
  }
  const hex = (colour) => '#' + colour.slice(0, 3).map((c) => Math.round(c).toString(16).padStart(2, '0')).join('');

  const probe = document.documentElement.appendChild(document.createElement('div'));
  probe.style.backgroundColor = 'Canvas';
  const canvas = colour(getComputedStyle(probe).backgroundColor);
  probe.remove();

  // A text and what lies right below it, laid on the backgrounds of an element and of all around it. Background images are not looked at.
  function laid(text, below, element) {
    for (let at = element; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      const background = colour(style.backgroundColor);
      text = faded(over(text, background), style.opacity);
      below = faded(over(below, background), style.opacity);
    }
    return { text: over(text, canvas), below: over(below, canvas) };
  }

  // For readers who hear the page, such as captions that repeat the heading: clipped to nothing.
  function visuallyHidden(element) {
    for (let at = element; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (/^inset\((50|100)%/.test(style.clipPath) || (style.position === 'absolute' && style.clip !== 'auto')) return true;
      if (style.overflowX !== 'visible' && at instanceof HTMLElement && Math.min(at.offsetWidth, at.offsetHeight) <= 1) return true;
    }
    return false;
  }

  const outermost = (element) => {
    let svg = element.ownerSVGElement ?? element;
    while (svg.ownerSVGElement) svg = svg.ownerSVGElement;
    return svg;
  };
  // How opaque an element is within its drawing.
  function opacity(element, svg) {
    let product = 1;
    for (let at = element; at && at !== svg; at = at.parentElement) product *= Number(getComputedStyle(at).opacity);
    return product;
  }
  // The shapes below a point of a text, laid over each other: those that are drawn before it. A stroke counts if it is as thick as a bar.
  function shapesBelow(x, y, element, svg, fontSize) {
    let below = [0, 0, 0, 0];
    for (const shape of document.elementsFromPoint(x, y)) {
      if (!(shape instanceof SVGGeometryElement) || outermost(shape) !== svg) continue;
      if (!(shape.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING)) continue;
      const style = getComputedStyle(shape);
      const matrix = shape.getScreenCTM();
      const point = new DOMPoint(x, y).matrixTransform(matrix.inverse());
      const whole = opacity(shape, svg);
      const isBar = parseFloat(style.strokeWidth) * Math.hypot(matrix.a, matrix.b) >= fontSize / 2;
      if (isBar && shape.isPointInStroke(point)) below = over(below, colour(style.stroke, style.strokeOpacity * whole));
      if (shape.isPointInFill(point)) below = over(below, colour(style.fill, style.fillOpacity * whole));
    }
    return below;
  }

  // The least contrast of a text in a drawing that more than a tenth of it has: a line that crosses it is no background.
  function worstInDrawing(element, range, fontSize) {
    const svg = outermost(element);
    const style = getComputedStyle(element);
    const whole = opacity(element, svg);
    const fill = colour(style.fill, style.fillOpacity * whole);
    const halo = style.paintOrder.startsWith('stroke') ? colour(style.stroke, style.strokeOpacity * whole) : [0, 0, 0, 0];
    element.scrollIntoView({ block: 'nearest', inline: 'nearest', behavior: 'instant' });
    const results = [];
    for (const box of range.getClientRects()) {
      const columns = Math.max(5, Math.round(box.width / 5));
      for (let column = 0; column < columns; ++column)
        for (const row of [0.3, 0.5, 0.7]) {
          const [x, y] = [box.left + (box.width * (column + 0.5)) / columns, box.top + box.height * row];
          const below = over(halo, shapesBelow(x, y, element, svg, fontSize));
          const colours = laid(over(fill, below), below, svg);
          results.push({ ...colours, ratio: ratio(colours.text, colours.below) });
        }
    }
    results.sort((a, b) => a.ratio - b.ratio);
    return fill[3] > 0 ? results[Math.floor(results.length / 10)] : undefined;
  }

  function contrast() {
    const findings = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const element = texts.currentNode.parentElement;
      if (!texts.currentNode.data.trim() || /^(script|style|title|desc|metadata|template|noscript)$/.test(element.localName)) continue;
      const range = document.createRange();
      range.selectNodeContents(texts.currentNode);
      if (!shown(element) || ![...range.getClientRects()].some((box) => box.width > 0 && box.height > 0)) continue;
      if (visuallyHidden(element)) continue;
      const style = getComputedStyle(element);
      let fontSize = parseFloat(style.fontSize);
      let worst;
      if (element instanceof SVGElement) {
        const matrix = element.getScreenCTM();
        fontSize *= Math.hypot(matrix.a, matrix.b);
        worst = worstInDrawing(element, range, fontSize);
      } else if (colour(style.color)[3] > 0) {
        worst = laid(colour(style.color), [0, 0, 0, 0], element);
        worst.ratio = ratio(worst.text, worst.below);
      }
      const isLarge = fontSize >= 24 || (fontSize >= 18.66 && Number(style.fontWeight) >= 700);
      const least = isLarge ? 3 : 4.5;
      if (worst && worst.ratio < least) {
        const shownRatio = (Math.floor(worst.ratio * 100) / 100).toFixed(2);
        findings.push(found(`contrast ${shownRatio}, less than ${least}, ${hex(worst.text)} on ${hex(worst.below)}`, element));
      }
    }
    scrollTo(0, 0);
    return findings;
  }

  // --- What tables and drawings say of themselves ---
  function tables() {
    const findings = [];
    for (const table of document.querySelectorAll('table:not([role=presentation], [role=none])')) {
      if (!table.caption?.textContent.trim()) findings.push(found('a table without a caption', table));
      if (!table.querySelector('th')) findings.push(found('a table without a header cell', table));
    }
    for (const header of document.querySelectorAll('th'))
      if (!/^(col|row)(group)?$/.test(header.getAttribute('scope'))) findings.push(found('a header cell without a scope', header));
    return findings;
  }

  // A drawing with a role is part of what the page says: its marks are reached by keyboard, and have titles. Others are decoration.
  function drawings() {
    const findings = [];
    for (const svg of document.querySelectorAll('svg[role]:not([role=presentation], [role=none])')) {
      if (svg.closest('[aria-hidden=true]')) continue;
      if (!svg.querySelector('[tabindex="0"]')) findings.push(found('a drawing of which nothing is reached by keyboard', svg));
      for (const stop of svg.querySelectorAll('[tabindex="0"]'))
        if (!titleOf(stop) && !stop.getAttribute('aria-label')?.trim()) findings.push(found('reached by keyboard, and has no title', stop));
      for (const mark of svg.querySelectorAll('.mark, .whisker')) {
        let at = mark;
        while (at !== svg && !titleOf(at)) at = at.parentElement;
        if (at === svg) findings.push(found('a mark without a title', mark));
      }
    }
    return findings;
  }

  // --- Keyboard ---
  const stops = [...document.querySelectorAll('a[href], area[href], [tabindex="0"]')].filter(shown);
  const visited = [];
  const bare = [];
  let focused = null;
  let focusedLook = '';
  // What may show that an element has the focus: on itself, or on what is drawn in it.
  function look(element) {
    const of = (one) => {
      const style = getComputedStyle(one);
      const hasOutline = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0 && colour(style.outlineColor)[3] > 0;
      const outline = hasOutline ? `${style.outlineStyle} ${style.outlineWidth} ${style.outlineColor}` : '';
      return [outline, style.stroke, style.strokeWidth, style.boxShadow, style.borderColor, style.borderWidth].join();
    };
    return [element, ...[...element.querySelectorAll('*')].slice(0, 50)].map(of).join(';');
  }
  // What looks the same without the focus as it did with it.
  function left() {
    if (focused && look(focused) === focusedLook) bare.push(focused);
    focused = null;
  }
  // To be called after each press of Tab: whether there is more to come.
  function tabbed() {
    const now = document.activeElement;
    if (now === document.body || visited.includes(now)) return false;
    left();
    visited.push(now);
    focused = now;
    focusedLook = look(now);
    return true;
  }
  // hasEnded: all stops were visited, not only the first so many.
  function keyboard(hasEnded) {
    document.activeElement?.blur();
    left();
    const findings = bare.map((element) => found('the focus cannot be seen', element));
    const reached = visited.filter((element) => stops.includes(element));
    const last = stops.indexOf(reached.at(-1));
    for (const [i, stop] of stops.entries())
      if (!visited.includes(stop) && (hasEnded || i < last)) findings.push(found('not reached by Tab', stop));
    for (const [i, stop] of reached.slice(0, -1).entries())
      if (stops.indexOf(stop) > stops.indexOf(reached[i + 1])) findings.push(found('reached by Tab before what precedes it', stop));
    return findings;
  }

  return { overflow, contrast, tables, drawings, tabbed, keyboard };
}

// The browser draws a window's height at a time; to draw beyond the window takes it several times as long.
async function takePictures(page, stem) {
  const { width, height } = await page.evaluate(() => ({ width: innerWidth, height: document.documentElement.scrollHeight }));
  const pieces = Math.ceil(height / pieceHeight);
  for (let i = 0; i < pieces; ++i) {
    const clip = { x: 0, y: i * pieceHeight, width, height: Math.min(pieceHeight, height - i * pieceHeight) };
    await page.evaluate((top) => scrollTo({ top, behavior: 'instant' }), clip.y);
    await page.screenshot({ path: `${stem}${pieces > 1 ? `-${i + 1}` : ''}.png`, clip, captureBeyondViewport: false });
  }
  await page.evaluate(() => scrollTo({ top: 0, behavior: 'instant' }));
}

async function pressTabs(page, inPage) {
  let presses = 0;
  let more = true;
  while (more && presses++ < mostTabs) {
    await page.keyboard.press('Tab');
    more = await inPage.evaluate((all) => all.tabbed());
  }
  return inPage.evaluate((all, hasEnded) => all.keyboard(hasEnded), !more);
}

async function inspect(browser, file, mode, stem) {
  const page = await browser.newPage();
  const findings = [];
  const url = pathToFileURL(file).href;
  page.on('request', (request) => {
    const what = request.url().replace(new URL('.', url).href, '');
    if (request.url() !== url && !what.startsWith('data:')) findings.push({ what: 'loads something', element: what, text: '' });
  });
  page.on('console', (message) => {
    const isOfLoading = message.text().startsWith('Failed to load resource'); // told already
    if (message.type() === 'error' && !isOfLoading) findings.push({ what: 'an error on the console', element: message.text(), text: '' });
  });
  page.on('pageerror', (error) => findings.push({ what: 'an error of a script', element: String(error.message ?? error), text: '' }));

  const isPrint = mode.scheme === 'print';
  await page.setViewport({ width: mode.width, height: pieceHeight });
  // Both at once: in puppeteer's calls for the one and the other, the later undoes the former.
  await (await page.createCDPSession()).send('Emulation.setEmulatedMedia', {
    media: isPrint ? 'print' : 'screen',
    features: [{ name: 'prefers-color-scheme', value: mode.scheme === 'dark' ? 'dark' : 'light' }],
  });
  await page.goto(url);
  await takePictures(page, `${stem}.${mode.width}.${mode.scheme}`);

  const inPage = await page.evaluateHandle(instruments, isPrint);
  for (const check of ['overflow', 'contrast', 'tables', 'drawings'])
    findings.push(...(await inPage.evaluate((all, name) => all[name](), check)));
  if (!isPrint) findings.push(...(await pressTabs(page, inPage)));
  const query = isPrint ? 'print' : `screen and (prefers-color-scheme: ${mode.scheme})`;
  const isAsMeant = await page.evaluate((media) => matchMedia(media).matches, query);
  if (!isAsMeant) throw new Error(`the browser did not stay in mode ${mode.scheme}`);
  if (isPrint) await page.pdf({ path: `${stem}.print.pdf`, format: 'A4', printBackground: true, margin });
  await page.close();
  return findings;
}

// "320,1200 light,dark 718 print"
function named(modes) {
  const widths = new Map();
  for (const { width, scheme } of modes) widths.set(width, [...(widths.get(width) ?? []), scheme]);
  const groups = new Map();
  for (const [width, schemes] of widths) groups.set(schemes.join(), [...(groups.get(schemes.join()) ?? []), width]);
  return [...groups].map(([schemes, of]) => `${of.join()} ${schemes}`).join(' ');
}

// Like elements with the same fault are one finding, and so are all modes that show it.
function merged(findingsOfModes) {
  const all = new Map();
  for (const { mode, findings } of findingsOfModes)
    for (const { what, element, text } of findings) {
      const key = `${what}: ${element}`;
      const one = all.get(key) ?? { key, text, modes: new Map() };
      one.modes.set(mode, (one.modes.get(mode) ?? 0) + 1);
      all.set(key, one);
    }
  return [...all.values()].map(({ key, text, modes }) => {
    const others = Math.max(...modes.values()) - 1;
    return `${named(modes.keys())}: ${key}${text ? ` "${text}"` : ''}${others > 0 ? ` and ${others} more` : ''}`;
  });
}

const pagesIn = (path) =>
  statSync(path).isDirectory()
    ? readdirSync(path, { recursive: true }).filter((name) => name.endsWith('.html')).sort().map((name) => join(path, name))
    : [path];
const missing = given.find((path) => !existsSync(path));
const pages = missing ? [] : given.flatMap(pagesIn);
if (pages.length === 0) {
  console.error(missing ? `shots: there is no ${missing}` : 'shots: there is no HTML page');
  process.exit(2);
}
mkdirSync(out, { recursive: true });

let browser;
try {
  browser = await puppeteer.launch({
    executablePath: browserPath,
    // As root and in containers there is no sandbox to be had; the pages are our own. No name is ever looked up.
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--force-color-profile=srgb', '--host-resolver-rules=MAP * ~NOTFOUND'],
  });
} catch (error) {
  console.error(`shots: skipped: ${browserPath} does not start: ${error.message.split('\n')[0]}`);
  process.exit(77);
}

let count = 0;
try {
  const stems = new Map();
  for (const path of pages) {
    const name = basename(path, '.html');
    stems.set(name, (stems.get(name) ?? 0) + 1);
    const stem = join(out, stems.get(name) > 1 ? `${name}-${stems.get(name)}` : name);
    const findingsOfModes = [];
    for (const mode of modes) findingsOfModes.push({ mode, findings: await inspect(browser, resolve(path), mode, stem) });
    for (const line of merged(findingsOfModes)) {
      console.log(`${path} ${line}`);
      ++count;
    }
  }
  console.error(`shots: pages: ${pages.length}, findings: ${count}, pictures in ${out}`);
  process.exitCode = count > 0 ? 1 : 0;
} catch (error) {
  console.error(`shots: ${error.stack}`);
  process.exitCode = 2;
}
await browser.close();
